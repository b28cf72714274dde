import { change } from "@/api/client";
import type { Id } from "@/api/types";
import type { AutomationBody } from "../types";

export async function createAutomation(body: AutomationBody): Promise<Id> {
  const { id } = await change<{ id: Id }>("POST", "/automations/", body);
  return id;
}

export async function updateAutomation(id: Id, body: AutomationBody): Promise<void> {
  await change("PUT", `/automations/${id}`, body);
}

export async function enableAutomation(id: Id, enabled: boolean): Promise<void> {
  await change("PATCH", `/automations/${id}`, { enabled });
}

export async function deleteAutomation(id: Id): Promise<void> {
  await change("DELETE", `/automations/${id}`);
}
