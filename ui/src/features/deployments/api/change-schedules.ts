import { change } from "@/api/client";
import type { CatchUp } from "@/api/schema";
import type { Id, Schedule } from "@/api/types";

export async function addSchedule(deployment: Id, schedule: Schedule): Promise<void> {
  await change("POST", `/deployments/${deployment}/schedules`, [{ schedule, active: true }]);
}

export async function changeSchedule(deployment: Id, id: Id, part: { schedule?: Schedule; active?: boolean }): Promise<void> {
  await change("PATCH", `/deployments/${deployment}/schedules/${id}`, part);
}

/** Says what becomes of the times that it misses; null for what the contract does. */
export async function setCatchUp(deployment: Id, id: Id, catchUp: CatchUp | null): Promise<void> {
  await change("PATCH", `/reeve/deployments/${deployment}/schedules/${id}`, { catch_up: catchUp });
}

export async function deleteSchedule(deployment: Id, id: Id): Promise<void> {
  await change("DELETE", `/deployments/${deployment}/schedules/${id}`);
}
