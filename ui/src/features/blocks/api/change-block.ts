import { change } from "@/api/client";
import type { NotificationTest } from "@/api/schema";
import type { Id, Json } from "@/api/types";

export interface NewBlock {
  name: string;
  data: Json;
  block_type_id: Id;
  block_schema_id: Id;
}

export async function createBlock(block: NewBlock): Promise<Id> {
  const { id } = await change<{ id: Id }>("POST", "/block_documents/", block);
  return id;
}

/** Changes some values and keeps the others. */
export async function changeBlock(id: Id, data: Json): Promise<void> {
  await change("PATCH", `/block_documents/${id}`, { data, merge_existing_data: true });
}

export async function deleteBlock(id: Id): Promise<void> {
  await change("DELETE", `/block_documents/${id}`);
}

/** Sends one message as the block says, and tells how that went. */
export async function testBlock(id: Id): Promise<NotificationTest> {
  return change<NotificationTest>("POST", `/reeve/block_documents/${id}/test_notification`);
}
