import type { Id, RunOverview, RunStateEntry, StateType, TaskRunRow } from "@/api/types";
import { isFinal, lookOf } from "@/lib/states";
import type { Bar, Phase } from "./geometry";

const kinds: Partial<Record<StateType, Phase["kind"]>> = { SCHEDULED: "wait", PENDING: "start", RUNNING: "work", PAUSED: "pause", CANCELLING: "work" };

/** The phases of a run by the states that it was in: when it waited, when its process started, when it worked. */
export function phasesOfStates(states: readonly RunStateEntry[], expected: string | null): Phase[] {
  const phases: Phase[] = [];
  states.forEach((state, i) => {
    const kind = kinds[state.type];
    if (!kind) return;
    let from = Date.parse(state.timestamp);
    // A run that a schedule made long ago waits from the time at which it was to start.
    if (kind === "wait" && i === 0 && expected) from = Math.max(from, Date.parse(expected));
    const next = states[i + 1];
    const to = next ? Date.parse(next.timestamp) : null;
    if (to !== null && to <= from) return;
    const last = phases.at(-1);
    if (last?.kind === kind && last.to === from) last.to = to;
    else phases.push({ kind, from, to });
  });
  return phases;
}

/** The phases of a task run: from when it was to start, and from when it did. */
export function phasesOfTask(task: TaskRunRow): Phase[] {
  const expected = task.expected_start_time ? Date.parse(task.expected_start_time) : null;
  const start = task.start_time ? Date.parse(task.start_time) : null;
  const end = task.end_time ? Date.parse(task.end_time) : isFinal(task.state_type) && task.state_timestamp ? Date.parse(task.state_timestamp) : null;
  const phases: Phase[] = [];
  if (expected !== null && (start === null || start > expected)) phases.push({ kind: "wait", from: expected, to: start ?? end });
  if (start !== null) phases.push({ kind: "work", from: start, to: end });
  return phases;
}

/** The bars of a run's timeline: the run itself, then its task runs; one that stands for a subflow opens it. */
export function barsOf({ run, states, task_runs, subflows }: RunOverview): Bar[] {
  const called = new Map<Id, Id>(subflows.flatMap((sub) => (sub.parent_task_run_id ? [[sub.parent_task_run_id, sub.id] as const] : [])));
  const bars: Bar[] = [{ id: run.id, kind: "run", label: run.name, tone: lookOf(run).tone, phases: phasesOfStates(states, run.expected_start_time) }];
  for (const task of task_runs) {
    const opens = called.get(task.id);
    bars.push({
      id: task.id, kind: opens ? "subflow" : "task", label: task.name, tone: lookOf(task).tone, phases: phasesOfTask(task),
      ...(opens && { opens }),
    });
  }
  return bars;
}
