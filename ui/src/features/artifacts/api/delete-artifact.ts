import { change } from "@/api/client";
import type { Id } from "@/api/types";

export async function deleteArtifact(id: Id): Promise<void> {
  await change("DELETE", `/artifacts/${id}`);
}
