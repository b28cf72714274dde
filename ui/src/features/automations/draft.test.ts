import { describe, expect, test } from "vitest";
import { anyRun, bodyOf, draftOf, draftOfJson, faultsAt, triggerOf, whenOf } from "./draft";
import { draftOfTemplate, templates } from "./templates";
import type { Automation, AutomationBody, Trigger } from "./types";

const choices = { notifiers: [{ id: "n", title: "slack-webhook/alerts" }], deployments: [{ id: "d", title: "f/d" }] };

test.each(templates)("template $key is read back as what the wizard asks for", (template) => {
  const draft = draftOfTemplate(template, choices);
  expect(whenOf(triggerOf(draft.when))).toEqual(draft.when);
  expect(draft.actions).toHaveLength(1);
});

describe("triggers", () => {
  test.each([
    { kind: "run", states: ["Failed"], of: { flow: "f", deployment: "", tag: "" } },
    { kind: "stays", state: "Running", seconds: 60, of: { flow: "", deployment: "d", tag: "gpu" } },
    { kind: "pool", status: "not-ready", pool: "p", seconds: 300 },
    { kind: "event", names: ["a", "b"], resource: "video.*", times: 3, seconds: 60 },
    { kind: "metric", name: "lateness", operator: ">", threshold: 60, range: 3600, lasts: 300, of: anyRun },
  ] as const)("$kind is read back", (when) => {
    const asked = structuredClone(when) as unknown as Parameters<typeof triggerOf>[0];
    expect(whenOf(triggerOf(asked))).toEqual(asked);
    expect(whenOf({ ...triggerOf(asked), id: "drawn by the server" })).toEqual(asked);
  });

  test.each<[string, Trigger]>([
    ["another window", { type: "event", posture: "Reactive", match: { "prefect.resource.id": "prefect.flow-run.*" }, expect: ["prefect.flow-run.Failed"], for_each: ["prefect.resource.id"], within: 60 }],
    ["a label", { type: "event", posture: "Reactive", match: { "prefect.resource.name": "x" }, expect: ["a"] }],
    ["a sequence", { type: "sequence", within: 5, triggers: [] }],
    ["another after", { type: "event", posture: "Proactive", match: { "prefect.resource.id": "prefect.flow-run.*" }, after: ["a", "b"], expect: ["prefect.flow-run.*"], within: 5 }],
  ])("%s stays as it is", (_, trigger) => {
    expect(whenOf(trigger)).toEqual({ kind: "other", trigger });
    expect(triggerOf(whenOf(trigger))).toEqual(trigger);
  });

  test("lists of one and values alone mean the same", () => {
    const when = whenOf({ type: "event", posture: "Reactive", match: { "prefect.resource.id": ["prefect.flow-run.*"] }, match_related: [{ "prefect.resource.id": ["prefect.tag.gpu"], "prefect.resource.role": "tag" }],
      expect: ["prefect.flow-run.Late"], for_each: ["prefect.resource.id"] });
    expect(when).toEqual({ kind: "run", states: ["Late"], of: { flow: "", deployment: "", tag: "gpu" } });
  });
});

test("an automation is read and sent back as it is", () => {
  const sent: AutomationBody = { name: "n", description: "d", enabled: false, tags: ["t"],
    trigger: { type: "event", posture: "Reactive", match: {}, match_related: {}, after: [], expect: ["x"], for_each: [], threshold: 1, within: 0 },
    actions: [{ type: "do-nothing" }], actions_on_trigger: [{ type: "cancel-flow-run" }], actions_on_resolve: [] };
  expect(bodyOf(draftOf({ id: "i", created: "", updated: "", ...sent } as Automation))).toEqual(sent);
  expect(bodyOf(draftOfJson(JSON.stringify(sent)) as ReturnType<typeof draftOf>)).toEqual(sent);
});

test.each([["{", /JSON/], ["[]", /object/], ["{}", /trigger/], ['{"trigger": {}, "actions": 5}', /list of actions/]])("%s is no automation", (text, why) => {
  const read = draftOfJson(text);
  expect(read).toBeInstanceOf(Error);
  expect((read as Error).message).toMatch(why);
});

test("faults are found at their part, each once", () => {
  const fields = new Map([["actions.1.SendNotification.body", "bad"], ["actions.1.X.body", "bad"], ["actions.10", "other"], ["name", "n"]]);
  expect(faultsAt(fields, "actions.1")).toEqual(["bad"]);
  expect(faultsAt(fields, "name")).toEqual(["n"]);
});
