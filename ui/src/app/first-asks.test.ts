import { beforeEach, expect, test, vi } from "vitest";
import { firstAsks } from "./first-asks";

const kept = new Map<string, string>();
beforeEach(() => {
  kept.clear();
  vi.stubGlobal("sessionStorage", { getItem: (key: string) => kept.get(key) ?? null });
});

test.each([
  ["/runs", {}, "/reeve/flow_runs/rows"], ["/runs", { kind: "task", when: "any" }, "/reeve/task_runs/rows"], ["/runs", { group: "tag" }, "/reeve/flow_runs/groups"],
  ["/flows", { name: "a" }, "/reeve/flows/rows"], ["/deployments", {}, "/reeve/deployments/rows"], ["/events", { when: "1h" }, "/reeve/events/feed"],
])("%s with %j asks first", (path, query, asked) => {
  expect(firstAsks[path]?.(query, 0)?.path).toBe(asked);
});

test("a list of runs that is opened as it was left asks nothing for what it does not show", () => {
  kept.set("reeve-runs", JSON.stringify({ state: "FAILED" }));
  expect(firstAsks["/runs"]?.({}, 0)).toBeNull();
  expect(firstAsks["/runs"]?.({ when: "any" }, 0)).not.toBeNull();
});
