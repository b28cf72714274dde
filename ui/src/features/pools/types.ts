import type { Id, Json, Moment, RunState } from "@/api/types";

export type PoolStatus = "READY" | "NOT_READY" | "PAUSED";

/** What the table of pools shows of one. */
export interface PoolRow {
  id: Id;
  name: string;
  type: string;
  description: string | null;
  /** null for the pools of agents. */
  status: PoolStatus | null;
  is_paused: boolean;
  concurrency_limit: number | null;
  queues: number;
  /** Runs that hold a slot. */
  active: number;
  /** Runs that may start now and have not. */
  due: number;
  workers: number;
  workers_online: number;
  last_polled: Moment | null;
}

export interface Pool {
  id: Id;
  created: Moment | null;
  name: string;
  description: string | null;
  type: string;
  base_job_template: Json;
  is_paused: boolean;
  concurrency_limit: number | null;
  status: PoolStatus | null;
}

export interface Queue {
  id: Id;
  name: string;
  description: string;
  is_paused: boolean;
  concurrency_limit: number | null;
  /** Distinct within a pool; 1 is served first. */
  priority: number;
  last_polled: Moment | null;
  status: PoolStatus;
  active: number;
  due: number;
  is_default: boolean;
}

export interface Worker {
  id: Id;
  name: string;
  last_heartbeat_time: Moment | null;
  heartbeat_interval_seconds: number | null;
  status: "ONLINE" | "OFFLINE";
}

export interface PoolRun extends RunState {
  id: Id;
  name: string;
  flow_name: string;
  work_queue_id: Id;
  state_timestamp: Moment | null;
  expected_start_time: Moment | null;
  worker: string | null;
}

export interface Reason {
  code: string;
  sentence: string;
}

export interface PoolOverview {
  pool: Pool;
  queues: Queue[];
  workers: Worker[];
  active: PoolRun[];
  active_count: number;
  waiting: (PoolRun & { reasons: Reason[] })[];
  now: Moment;
}

/** A type of pools, as the catalogue of collections has it. */
export interface PoolType {
  type: string;
  display_name: string;
  description: string;
  default_base_job_configuration: Json;
}
