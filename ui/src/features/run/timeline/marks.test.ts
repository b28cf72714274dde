import { expect, test } from "vitest";
import type { RunOverview } from "@/api/types";
import { type Mark, markAt, marksOf } from "./marks";

const at = (s: number) => new Date(s * 1000).toISOString();
const artifact = (id: string, s: number | null, task: string | null, key: string | null = id) => ({ id, key, type: "markdown", description: null, task_run_id: task, created: s === null ? null : at(s) });
const event = (id: string, s: number, task = "") => ({ id, event: `a.${id}`, occurred: at(s), task_run_id: task });

test("each mark stands on its task's bar, else on the run's, in the order of time", () => {
  const marks = marksOf({
    run: { id: "run" }, task_runs: [{ id: "t1" }, { id: "t2" }],
    artifacts: [artifact("late", 9, null), artifact("table", 3, "t1"), artifact("without a time", null, "t1"), artifact("x", 4, "gone", null)],
    events: [event("e2", 5, "t1"), event("e1", 1, "t1"), event("e3", 2), event("e4", 3, "not-an-id")],
  } as unknown as RunOverview);
  const of = (bar: string) => (marks.get(bar) ?? []).map(({ kind, label, at: ms }) => `${kind} ${label} ${ms / 1000}`);
  expect(of("t1")).toEqual(["event a.e1 1", "artifact table 3", "event a.e2 5"]);
  expect(of("run")).toEqual(["event a.e3 2", "event a.e4 3", "artifact markdown 4", "artifact late 9"]);
  expect(of("t2")).toEqual([]);
});

const mark = (id: string, ms: number): Mark => ({ kind: "event", id, label: id, at: ms });

test.each([
  ["on it", 500, "b"], ["a little beside", 506, "b"], ["between two, the nearer", 513, "c"], ["out of reach", 480, undefined], ["far away", 0, undefined],
])("the mark %s", (_, x, want) => {
  expect(markAt([mark("a", 450), mark("b", 500), mark("c", 518)], { from: 0, to: 1000 }, 1000, x)?.id).toBe(want);
});

test("closer, what was one place is two", () => {
  const both = [mark("a", 500), mark("b", 502)];
  expect(markAt(both, { from: 499, to: 503 }, 1000, 250)?.id).toBe("a");
  expect(markAt(both, { from: 499, to: 503 }, 1000, 750)?.id).toBe("b");
});
