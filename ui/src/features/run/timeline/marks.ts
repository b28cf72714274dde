/** What stands as a mark on a timeline: artifacts and events, each on the bar of its task or of the run. Pure. */
import type { Id, RunOverview } from "@/api/types";
import { type View, xOf } from "./geometry";

export interface Mark {
  kind: "artifact" | "event";
  id: Id;
  label: string;
  at: number;
}

/** The marks of each bar, in the order of time. */
export type Marks = ReadonlyMap<Id, readonly Mark[]>;

/** What is of a task run that has no bar stands on the run's. */
export function marksOf({ run, artifacts, events, task_runs }: Pick<RunOverview, "run" | "artifacts" | "events" | "task_runs">): Marks {
  const tasks = new Set(task_runs.map(({ id }) => id));
  const marks = new Map<Id, Mark[]>();
  const put = (task: string | null, mark: Mark) => {
    const bar = task !== null && tasks.has(task) ? task : run.id;
    const there = marks.get(bar);
    if (there) there.push(mark);
    else marks.set(bar, [mark]);
  };
  for (const { id, key, type, created, task_run_id } of artifacts) {
    if (created) put(task_run_id, { kind: "artifact", id, label: key ?? type ?? "artifact", at: Date.parse(created) });
  }
  for (const { id, event, occurred, task_run_id } of events) put(task_run_id, { kind: "event", id, label: event, at: Date.parse(occurred) });
  for (const all of marks.values()) all.sort((a, b) => a.at - b.at);
  return marks;
}

/** The mark that is nearest to a place, null when none is within reach. */
export function markAt(marks: readonly Mark[], view: View, width: number, x: number, reach = 7): Mark | null {
  let nearest: Mark | null = null;
  let far = reach;
  for (const mark of marks) {
    const distance = Math.abs(xOf(view, width, mark.at) - x);
    if (distance <= far) [nearest, far] = [mark, distance];
  }
  return nearest;
}
