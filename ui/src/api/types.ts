/**
 * What the API answers with, as far as the pages use it. Written by hand, close to the contract, until the OpenAPI
 * document describes its bodies (issue 11). Moments are RFC 3339 texts; lengths of time are seconds.
 */
export type Moment = string;
export type Id = string;

export const stateTypes = [
  "SCHEDULED", "PENDING", "RUNNING", "COMPLETED", "FAILED", "CRASHED", "CANCELLED", "CANCELLING", "PAUSED",
] as const;
export type StateType = (typeof stateTypes)[number];

/** The part of a run that every table and header shows. */
export interface RunState {
  state_type: StateType | null;
  state_name: string | null;
}

export interface FlowRunRow extends RunState {
  id: Id;
  name: string;
  flow_id: Id;
  flow_name: string;
  deployment_id: Id | null;
  deployment_name: string | null;
  work_pool_name: string | null;
  work_queue_name: string | null;
  state_timestamp: Moment | null;
  message: string | null;
  tags: string[];
  run_count: number;
  expected_start_time: Moment | null;
  start_time: Moment | null;
  end_time: Moment | null;
  total_run_time: number;
  auto_scheduled: boolean;
  is_subflow: boolean;
  parent_task_run_id: Id | null;
  created_by: string | null;
}

export interface TaskRunRow extends RunState {
  id: Id;
  name: string;
  task_key: string;
  flow_run_id: Id | null;
  flow_run_name: string | null;
  state_timestamp: Moment | null;
  message: string | null;
  tags: string[];
  run_count: number;
  expected_start_time: Moment | null;
  start_time: Moment | null;
  end_time: Moment | null;
  total_run_time: number;
}

/** A page of a table; count is that of all rows, at most `most`. */
export interface Rows<T> {
  rows: T[];
  count: number;
  most: number;
  now: Moment;
}

export interface Json {
  [key: string]: unknown;
}

export interface FlowRun extends RunState {
  id: Id;
  name: string;
  created: Moment | null;
  flow_id: Id;
  flow_version: string | null;
  deployment_id: Id | null;
  deployment_version: string | null;
  parameters: Json;
  job_variables: Json | null;
  tags: string[];
  labels: Json;
  run_count: number;
  expected_start_time: Moment | null;
  next_scheduled_start_time: Moment | null;
  start_time: Moment | null;
  end_time: Moment | null;
  total_run_time: number;
  estimated_run_time: number;
  auto_scheduled: boolean;
  infrastructure_pid: string | null;
  idempotency_key: string | null;
  created_by: { id: Id | null; type: string | null; display_value: string | null } | null;
  work_pool_name: string | null;
  work_queue_name: string | null;
  state: { message: string | null; timestamp: Moment; state_details: Json } | null;
}

export interface RunStateEntry {
  id: Id;
  type: StateType;
  name: string;
  message: string | null;
  timestamp: Moment;
}

export interface RunArtifact {
  id: Id;
  created: Moment | null;
  key: string | null;
  type: string | null;
  description: string | null;
  task_run_id: Id | null;
}

export interface Why {
  sentence: string;
  reasons: { code: string; sentence: string; until?: Moment | null; runs?: { id: Id; name: string }[] }[];
}

export interface RunOverview {
  run: FlowRun;
  flow_name: string | null;
  deployment_name: string | null;
  caller: { flow_run_id: Id; name: string; task_run_id: Id } | null;
  why: Why;
  states: RunStateEntry[];
  task_runs: TaskRunRow[];
  task_run_count: number;
  subflows: FlowRunRow[];
  artifacts: RunArtifact[];
  now: Moment;
}

export interface Log {
  id: Id;
  name: string;
  level: number;
  message: string;
  timestamp: Moment;
  flow_run_id: Id | null;
  task_run_id: Id | null;
}

export interface RunGroup {
  rows: FlowRunRow[];
  count: number;
}

export interface UpcomingRun {
  id: Id;
  name: string;
  flow_name: string;
  deployment_id: Id | null;
  deployment_name: string | null;
  at: Moment;
}

/** A run as a bar shows it. */
export interface RecentRun extends RunState {
  id: Id;
  name: string;
  start: Moment;
  seconds: number;
}

/** The last runs of a flow or a deployment, newest first, and what the newest 100 tell together. */
export interface Recent {
  runs: RecentRun[];
  measured: number;
  /** From 0 to 1; null when none has ended. */
  success: number | null;
  /** Of those that completed, in seconds. */
  median: number | null;
  p95: number | null;
}

export interface OwnRuns {
  rows: FlowRunRow[];
  recent: Recent;
}

/** When runs are due: one of the three kinds. */
export type Schedule =
  | { interval: number; anchor_date?: Moment; timezone?: string | null }
  | { cron: string; timezone?: string | null; day_or?: boolean }
  | { rrule: string; timezone?: string | null };

export interface ScheduleLook {
  id: Id;
  schedule: Schedule;
  active: boolean;
  /** Why the scheduler leaves it alone until it is changed. */
  set_aside?: string | null;
}

/** The run that is to start first. */
export interface NextRun {
  id: Id;
  name: string;
  at: Moment;
}

export interface DeploymentRow {
  id: Id;
  name: string;
  flow_id: Id;
  flow_name: string;
  paused: boolean;
  status: string | null;
  tags: string[];
  work_pool_name: string | null;
  work_queue_name: string | null;
  schedules: ScheduleLook[];
  next: NextRun | null;
  recent: Recent;
}

export interface FlowBars {
  id: Id;
  name: string;
  bars: { piece: number; state_type: StateType | ""; runs: number }[];
}

export interface Home {
  trouble: { failed: RunGroup; late: RunGroup; waiting: RunGroup };
  running: RunGroup;
  next: UpcomingRun[];
  history: { start: Moment; seconds: number; pieces: number; flows: FlowBars[] };
  health: string | null;
  now: Moment;
}

export interface Outlook {
  next_deadline: Moment | null;
  busy: boolean;
  reasons: string[];
  now: Moment;
}

/** What came of a proposed state. */
export interface StateChange {
  status: "ACCEPT" | "REJECT" | "ABORT" | "WAIT";
  details: { reason?: string | null };
  state: RunStateEntry | null;
}

/** An event as /events/out sends it. */
export interface LiveEvent {
  event: string;
  occurred: Moment;
  resource: Record<string, string>;
  related: Record<string, string>[];
}
