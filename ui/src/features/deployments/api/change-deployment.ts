import { change } from "@/api/client";
import type { Id, Json } from "@/api/types";
import type { Collision } from "./get-deployment";

/** A paused deployment's schedules make no runs, and those that they had made are gone. */
export async function pauseDeployment(id: Id, paused: boolean): Promise<void> {
  await change("POST", `/deployments/${id}/${paused ? "pause" : "resume"}_deployment`);
}

export async function deleteDeployment(id: Id): Promise<void> {
  await change("DELETE", `/deployments/${id}`);
}

/** What sets a limit: null takes it away. */
export function limitBody(limit: number | null, collision: Collision): Json {
  return { concurrency_limit: limit, concurrency_options: limit === null ? null : { collision_strategy: collision } };
}

export async function limitDeployment(id: Id, limit: number | null, collision: Collision): Promise<void> {
  await change("PATCH", `/deployments/${id}`, limitBody(limit, collision));
}

export async function setParameters(id: Id, parameters: Json): Promise<void> {
  await change("PATCH", `/deployments/${id}`, { parameters });
}
