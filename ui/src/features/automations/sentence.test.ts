import { expect, test } from "vitest";
import { actionWords, sentence, spanWords, whenWords } from "./sentence";
import type { Action, Trigger } from "./types";

const names = { "prefect.flow.f": "caption-video", "prefect.deployment.d": "nightly/production", "prefect.work-pool.p": "machines", "prefect.block-document.b": "slack-webhook/alerts", "prefect.automation.a": "" };
const run = { type: "event", posture: "Reactive", match: { "prefect.resource.id": "prefect.flow-run.*" } } as const;

test.each([[1, "1 second"], [90, "90 seconds"], [3600, "1 hour"], [7200, "2 hours"], [86_400, "1 day"], [5400, "90 minutes"], [0, "0 s"], [0.5, "500 ms"]])("%d s are %s", (seconds, words) => {
  expect(spanWords(seconds)).toBe(words);
});

const triggers: [Trigger, string][] = [
  [{ ...run, expect: ["prefect.flow-run.Failed", "prefect.flow-run.Crashed"] }, "a flow run fails or crashes"],
  [{ ...run, expect: ["prefect.flow-run.Failed"], match_related: { "prefect.resource.role": "flow", "prefect.resource.id": "prefect.flow.f" } }, "a flow run of flow caption-video fails"],
  [{ ...run, expect: ["prefect.flow-run.Late"], match_related: [{ "prefect.resource.id": ["prefect.tag.gpu"] }, { "prefect.resource.id": ["prefect.work-pool.p"] }] }, "a flow run tagged gpu on work pool machines is late"],
  [{ ...run, expect: ["prefect.flow-run.Failed"], threshold: 3, within: 600 }, "a flow run fails 3 times within 10 minutes"],
  [{ ...run, expect: ["prefect.flow-run.Failed"], threshold: 3, within: 600, for_each: ["prefect.resource.id"] }, "the same flow run fails 3 times within 10 minutes"],
  [{ ...run, expect: ["prefect.flow-run.MyOwn"] }, "a flow run enters MyOwn"],
  [{ ...run, posture: "Proactive", after: ["prefect.flow-run.Running"], expect: ["prefect.flow-run.*"], within: 7200, for_each: ["prefect.resource.id"] }, "a flow run stays Running for more than 2 hours"],
  [{ ...run, posture: "Proactive", expect: ["prefect.flow-run.Completed"], within: 86_400, match_related: { "prefect.resource.id": "prefect.deployment.d" } }, "no flow run of deployment nightly/production completes within 1 day"],
  [{ type: "event", posture: "Proactive", after: ["prefect.work-pool.not-ready"], expect: ["prefect.work-pool.ready"], within: 300 }, "a work pool is not ready and does not become ready within 5 minutes"],
  [{ type: "event", posture: "Reactive", match: { "prefect.resource.id": "prefect.work-pool.p" }, expect: ["prefect.work-pool.not-ready"] }, "work pool machines is not ready"],
  [{ type: "event", posture: "Reactive", match: { "prefect.resource.id": "prefect.automation.a" }, expect: ["prefect.automation.triggered"] }, "an automation that is gone fires"],
  [{ type: "event", posture: "Reactive", expect: ["video.uploaded"] }, "video.uploaded happens"],
  [{ type: "event", posture: "Reactive", expect: [] }, "anything happens"],
  [{ type: "compound", require: "all", within: 60, triggers: [{ type: "event", posture: "Reactive", expect: ["a"] }, { type: "event", posture: "Reactive", expect: ["b"] }] }, "a happens and b happens within 1 minute"],
  [{ type: "sequence", within: null, triggers: [{ type: "event", posture: "Reactive", expect: ["a"] }, { type: "event", posture: "Reactive", expect: ["b"] }] }, "a happens, then b happens"],
  [{ type: "metric", metric: { name: "successes", operator: "<", threshold: 0.9, range: 86_400, firing_for: 600 } }, "the share of flow runs that complete over 1 day is below 90 % for 10 minutes"],
];
test.each(triggers)("a trigger: %#", (trigger, words) => {
  expect(whenWords(trigger, names)).toBe(words);
});

const actions: [Action, string][] = [
  [{ type: "run-deployment", deployment_id: "d" }, "run deployment nightly/production"],
  [{ type: "run-deployment", source: "inferred" }, "run its deployment"],
  [{ type: "pause-work-pool", source: "selected", work_pool_id: "p" }, "pause work pool machines"],
  [{ type: "resume-work-queue", source: "inferred" }, "resume its queue"],
  [{ type: "change-flow-run-state", state: "FAILED" }, "set the run to Failed"],
  [{ type: "send-notification", block_document_id: "b", body: "x" }, "notify slack-webhook/alerts"],
  [{ type: "call-webhook", block_document_id: "unknown" }, "call a block that is gone"],
];
test.each(actions)("an action: %#", (action, words) => {
  expect(actionWords(action, names)).toBe(words);
});

test("an automation is one sentence", () => {
  const trigger = triggers[0]?.[0] as Trigger;
  expect(sentence({ trigger, actions: [{ type: "cancel-flow-run" }, { type: "send-notification", block_document_id: "b", body: "" }] }, names))
    .toBe("When a flow run fails or crashes, cancel the run and notify slack-webhook/alerts.");
  expect(sentence({ trigger, actions: [], actions_on_resolve: [{ type: "resume-flow-run" }] }, names))
    .toBe("When a flow run fails or crashes, do nothing. When that is over, resume the run.");
});
