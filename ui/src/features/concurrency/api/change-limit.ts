import { change } from "@/api/client";
import type { Id } from "@/api/types";
import { flowLimitPath } from "../words";

export interface LimitFields {
  name: string;
  limit: number;
  slot_decay_per_second: number;
  active: boolean;
}

export async function createLimit(limit: LimitFields): Promise<void> {
  await change("POST", "/v2/concurrency_limits/", limit);
}

export async function changeLimit(id: Id, part: Partial<LimitFields>): Promise<void> {
  await change("PATCH", `/v2/concurrency_limits/${id}`, part);
}

export async function deleteLimit(id: Id): Promise<void> {
  await change("DELETE", `/v2/concurrency_limits/${id}`);
}

export async function setFlowLimit(flow: Id, most: number): Promise<void> {
  await change("PUT", flowLimitPath(flow), { max_concurrent: most });
}

export async function deleteFlowLimit(flow: Id): Promise<void> {
  await change("DELETE", flowLimitPath(flow));
}
