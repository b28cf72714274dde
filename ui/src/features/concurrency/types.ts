import type { Id, Moment } from "@/api/types";

export interface Holder {
  /** null when the lease names no holder. */
  kind: "flow_run" | "task_run" | "deployment" | null;
  name: string | null;
  flow_run_id: Id | null;
  flow_run_name: string | null;
  slots: number;
  since: Moment;
  /** When the slots come back unless the lease is renewed. */
  expires: Moment;
}

export interface Waiter {
  name: string | null;
  flow_run_id: Id | null;
  flow_run_name: string | null;
  slots: number;
  since: Moment;
  /** When it asks again. */
  again: Moment;
}

export interface Limit {
  id: Id;
  name: string;
  kind: "global" | "tag" | "deployment";
  /** The tag, "flow/deployment", or its own name. */
  title: string;
  active: boolean;
  limit: number;
  active_slots: number;
  /** How many taken slots end each second by themselves; 0 for none. */
  slot_decay_per_second: number;
  holders: Holder[];
  waiters: Waiter[];
  waiter_count: number;
}
