import { change } from "@/api/client";
import type { Id } from "@/api/types";

export interface VariableFields {
  name: string;
  value: unknown;
  tags: string[];
}

export async function createVariable(fields: VariableFields): Promise<void> {
  await change("POST", "/variables/", fields);
}

export async function changeVariable(id: Id, fields: VariableFields): Promise<void> {
  await change("PATCH", `/variables/${id}`, fields);
}

export async function deleteVariable(id: Id): Promise<void> {
  await change("DELETE", `/variables/${id}`);
}
