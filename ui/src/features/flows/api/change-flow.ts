import { change } from "@/api/client";
import type { Id } from "@/api/types";

export async function deleteFlow(id: Id): Promise<void> {
  await change("DELETE", `/flows/${id}`);
}

/** How many runs of a flow may be active at once; null takes the limit away. */
export async function limitFlow(id: Id, most: number | null): Promise<void> {
  if (most === null) await change("DELETE", `/reeve/flows/${id}/limit`);
  else await change("PUT", `/reeve/flows/${id}/limit`, { max_concurrent: most });
}

export async function tagFlow(id: Id, tags: string[]): Promise<void> {
  await change("PATCH", `/flows/${id}`, { tags });
}
