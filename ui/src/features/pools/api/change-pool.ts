import { change } from "@/api/client";
import type { Json } from "@/api/types";

export interface NewPool {
  name: string;
  type: string;
  description: string | null;
  concurrency_limit: number | null;
  base_job_template: Json;
}

export type PoolChange = Partial<Omit<NewPool, "name" | "type">> & { is_paused?: boolean };

const at = (name: string) => `/work_pools/${encodeURIComponent(name)}`;

export async function createPool(pool: NewPool): Promise<void> {
  await change("POST", "/work_pools/", pool);
}

export async function changePool(name: string, part: PoolChange): Promise<void> {
  await change("PATCH", at(name), part);
}

export async function deletePool(name: string): Promise<void> {
  await change("DELETE", at(name));
}

/** Forgets a worker. One that is alive comes back with its next heartbeat. */
export async function deleteWorker(pool: string, worker: string): Promise<void> {
  await change("DELETE", `${at(pool)}/workers/${encodeURIComponent(worker)}`);
}
