import { expect, test } from "vitest";
import type { Log } from "@/api/types";
import { logFilter } from "../api/get-logs";
import { fits, newer } from "./use-logs";

const log = (id: string, message = ""): Log => ({ id, message, name: "prefect.flow_runs", level: 20, timestamp: "", flow_run_id: null, task_run_id: null });

test("lines that a page has already are not shown twice", () => {
  expect(newer([log("1"), log("2"), log("3"), log("2")], [log("1")]).map((l) => l.id)).toEqual(["2", "3"]);
});

test.each([["", true], ["frame", true], ["FLOW_RUNS", true], ["  ", true], ["box", false]])("a line with the text %j", (text, want) => {
  expect(fits(log("1", "Frame 12"), { level: 0, task: null, text })).toBe(want);
});

test.each([
  [{ level: 0, task: null, text: "" }, {}],
  [{ level: 30, task: "t", text: " a \"b\" " }, { level: { ge_: 30 }, task_run_id: { any_: ["t"] }, text: { query: '"a  b "' } }],
])("what the server is asked", (filters, want) => {
  expect(logFilter(filters)).toEqual(want);
});
