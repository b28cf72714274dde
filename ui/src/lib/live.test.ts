import { expect, test } from "vitest";
import { concerns, topicOf } from "./live";

const event = (name: string, id: string, ...related: string[]) => ({
  id: "1", event: name, occurred: "2026-11-28T12:00:00Z",
  resource: { "prefect.resource.id": id }, related: related.map((r) => ({ "prefect.resource.id": r })),
});

test("the topic of an event is the kind of its resource", () => {
  expect(topicOf("prefect.flow-run.Completed")).toBe("flow-run");
  expect(topicOf("mine")).toBe("");
});

test.each([
  ["a topic that was asked for", { topics: ["flow-run"] }, event("prefect.flow-run.Failed", "prefect.flow-run.1"), true],
  ["another topic", { topics: ["flow-run"] }, event("prefect.task-run.Failed", "prefect.task-run.1"), false],
  ["the resource itself", { topics: ["flow-run"], about: "1" }, event("prefect.flow-run.Failed", "prefect.flow-run.1"), true],
  ["something of the resource", { topics: ["task-run"], about: "1" }, event("prefect.task-run.Failed", "prefect.task-run.7", "prefect.flow-run.1"), true],
  ["another resource", { topics: ["flow-run"], about: "1" }, event("prefect.flow-run.Failed", "prefect.flow-run.2"), false],
  ["nothing was asked for", undefined, event("prefect.flow-run.Failed", "prefect.flow-run.2"), false],
])("%s", (_, meta, given, want) => {
  expect(concerns(meta, given)).toBe(want);
});
