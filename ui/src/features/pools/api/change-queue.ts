import { change } from "@/api/client";

export interface QueueFields {
  name: string;
  description: string;
  concurrency_limit: number | null;
}

export type QueueChange = Partial<QueueFields> & { is_paused?: boolean; priority?: number };

const at = (pool: string) => `/work_pools/${encodeURIComponent(pool)}/queues`;

export async function createQueue(pool: string, queue: QueueFields): Promise<void> {
  await change("POST", at(pool), queue);
}

export async function changeQueue(pool: string, queue: string, part: QueueChange): Promise<void> {
  await change("PATCH", `${at(pool)}/${encodeURIComponent(queue)}`, part);
}

export async function deleteQueue(pool: string, queue: string): Promise<void> {
  await change("DELETE", `${at(pool)}/${encodeURIComponent(queue)}`);
}
