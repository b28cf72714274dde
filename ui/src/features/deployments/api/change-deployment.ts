import { ask, change } from "@/api/client";
import type { DeploymentCreate } from "@/api/schema";
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

/** Changes fields of a deployment. */
export async function changeDeployment(id: Id, part: Json): Promise<void> {
  await change("PATCH", `/deployments/${id}`, part);
}

/** Makes a deployment and gives its id. The server would write over one of that name, so it is looked for. */
export async function createDeployment(flow: string, body: DeploymentCreate): Promise<Id> {
  const [found] = await ask<{ id: Id }[]>("/deployments/filter", { deployments: { name: { any_: [body.name] } }, flows: { id: { any_: [body.flow_id] } }, limit: 1 });
  if (found) throw new Error(`There is a deployment ${flow}/${body.name} already.`);
  const { id } = await change<{ id: Id }>("POST", "/deployments/", body);
  return id;
}
