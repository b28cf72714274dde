import type { PoolQueue, WorkPoolResponse, WorkPoolStatus, WorkerResponse } from "@/api/schema";
import type { Json } from "@/api/types";

export type { PoolOverview, PoolRow, PoolRun, Reason } from "@/api/schema";

export type PoolStatus = WorkPoolStatus;
export type Pool = WorkPoolResponse;
export type Queue = PoolQueue;
export type Worker = WorkerResponse;

/** A type of pools, as the catalogue of collections has it. */
export interface PoolType {
  type: string;
  display_name: string;
  description: string;
  default_base_job_configuration: Json;
}
