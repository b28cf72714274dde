/**
 * What the pages read of the API's answers: types of schema.ts, which comes from the API itself, by the names that the
 * pages have for them. Moments are RFC 3339 texts; lengths of time are seconds.
 */
import type * as api from "./schema";

export type {
  DeploymentRow, FlowBars, FlowRunRow, NextRun, OwnRuns, Reason, Recent, RecentRun, RunArtifact, RunGroup, ScheduleLook,
  TaskRunRow, UpcomingRun, Why,
} from "./schema";

export type Moment = string;
export type Id = string;

export const stateTypes = [
  "SCHEDULED", "PENDING", "RUNNING", "COMPLETED", "FAILED", "CRASHED", "CANCELLED", "CANCELLING", "PAUSED",
] as const satisfies api.StateType[];
export type StateType = api.StateType;

/** The part of a run that every table and header shows. */
export interface RunState {
  state_type: StateType | null;
  state_name: string | null;
}

/** A page of a table; count is that of all rows, at most `most`. */
export type Rows<T> = Omit<api.FlowRunRowTable, "rows"> & { rows: T[] };

export type Json = Record<string, unknown>;

export type FlowRun = api.FlowRunResponse;
export type RunStateEntry = Pick<api.State, "id" | "type" | "name" | "message" | "timestamp">;
export type RunOverview = api.FlowRunOverview;
export type Log = Omit<api.Log, "created" | "updated">;
export type Home = api.HomePage;
export type Outlook = api.SleepOutlook;

/** When runs are due: one of the three kinds. */
export type Schedule = api.IntervalSchedule | api.CronSchedule | api.RRuleSchedule;

/** What came of a proposed state. */
export type StateChange = api.OrchestrationResult;

/** An event as /events/out sends it. */
export interface LiveEvent {
  id: Id;
  event: string;
  occurred: Moment;
  resource: Record<string, string>;
  related: Record<string, string>[];
}
