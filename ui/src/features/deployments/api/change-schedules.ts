import { change } from "@/api/client";
import type { Id, Schedule } from "@/api/types";

export async function addSchedule(deployment: Id, schedule: Schedule): Promise<void> {
  await change("POST", `/deployments/${deployment}/schedules`, [{ schedule, active: true }]);
}

export async function changeSchedule(deployment: Id, id: Id, part: { schedule?: Schedule; active?: boolean }): Promise<void> {
  await change("PATCH", `/deployments/${deployment}/schedules/${id}`, part);
}

export async function deleteSchedule(deployment: Id, id: Id): Promise<void> {
  await change("DELETE", `/deployments/${deployment}/schedules/${id}`);
}
