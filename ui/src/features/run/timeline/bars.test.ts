import { expect, test } from "vitest";
import type { RunStateEntry, StateType, TaskRunRow } from "@/api/types";
import { phasesOfStates, phasesOfTask } from "./bars";

const at = (s: number) => new Date(s * 1000).toISOString();
const states = (...all: [StateType, number][]): RunStateEntry[] => all.map(([type, s], i) => ({ id: String(i), type, name: type, message: null, timestamp: at(s) }));

test.each<[string, RunStateEntry[], string | null, [string, number, number | null][]]>([
  ["a whole life", states(["SCHEDULED", 0], ["PENDING", 10], ["RUNNING", 12], ["COMPLETED", 30]), null, [["wait", 0, 10], ["start", 10, 12], ["work", 12, 30]]],
  ["made long before it was to start", states(["SCHEDULED", 0], ["PENDING", 100]), at(90), [["wait", 90, 100], ["start", 100, null]]],
  ["late is still waiting", states(["SCHEDULED", 0], ["SCHEDULED", 20], ["PENDING", 40]), null, [["wait", 0, 40], ["start", 40, null]]],
  ["tried twice", states(["RUNNING", 0], ["SCHEDULED", 5], ["RUNNING", 8], ["FAILED", 9]), null, [["work", 0, 5], ["wait", 5, 8], ["work", 8, 9]]],
  ["paused", states(["RUNNING", 0], ["PAUSED", 5]), null, [["work", 0, 5], ["pause", 5, null]]],
])("%s", (_, given, expected, want) => {
  expect(phasesOfStates(given, expected).map((p) => [p.kind, p.from / 1000, p.to === null ? null : p.to / 1000])).toEqual(want);
});

const task = (part: Partial<TaskRunRow>): TaskRunRow => ({
  id: "t", name: "t", task_key: "t", flow_run_id: null, flow_run_name: null, state_type: null, state_name: null, state_timestamp: null,
  message: null, tags: [], run_count: 1, expected_start_time: null, start_time: null, end_time: null, total_run_time: 0, ...part,
});

test.each<[string, Partial<TaskRunRow>, [string, number, number | null][]]>([
  ["done", { expected_start_time: at(0), start_time: at(2), end_time: at(5), state_type: "COMPLETED" }, [["wait", 0, 2], ["work", 2, 5]]],
  ["goes on", { expected_start_time: at(0), start_time: at(0), state_type: "RUNNING" }, [["work", 0, null]]],
  ["waits", { expected_start_time: at(0), state_type: "PENDING" }, [["wait", 0, null]]],
  ["ended without having begun", { expected_start_time: at(0), state_type: "CANCELLED", state_timestamp: at(4) }, [["wait", 0, 4]]],
])("a task run that %s", (_, part, want) => {
  expect(phasesOfTask(task(part)).map((p) => [p.kind, p.from / 1000, p.to === null ? null : p.to / 1000])).toEqual(want);
});
