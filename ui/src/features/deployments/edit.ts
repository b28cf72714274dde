/** What of a deployment is typed to change it. Pure. */
import type { DeploymentUpdate } from "@/api/schema";
import type { Deployment } from "./api/get-deployment";

export interface EditDraft {
  description: string;
  version: string;
  entrypoint: string;
  path: string;
  pool: string;
  queue: string;
  enforce: boolean;
}

export function draftOf(d: Pick<Deployment, "description" | "version" | "entrypoint" | "path" | "work_pool_name" | "work_queue_name" | "enforce_parameter_schema">): EditDraft {
  return {
    description: d.description ?? "", version: d.version ?? "", entrypoint: d.entrypoint ?? "", path: d.path ?? "",
    pool: d.work_pool_name ?? "", queue: d.work_queue_name ?? "", enforce: d.enforce_parameter_schema,
  };
}

/** What the server is to change: what differs, and what was emptied as null. A queue is named together with its pool, else the contract takes it for one of another pool. */
export function changesOf(before: EditDraft, after: EditDraft): DeploymentUpdate {
  const changes: DeploymentUpdate = {};
  for (const key of ["description", "version", "entrypoint", "path"] as const) {
    if (after[key].trim() !== before[key].trim()) changes[key] = after[key].trim() || null;
  }
  const queue = after.queue.trim();
  if (after.pool !== "" && (after.pool !== before.pool || queue !== before.queue)) {
    changes.work_pool_name = after.pool;
    // Another pool has queues of its own: the one of the pool before is meant only where it was typed anew.
    if (queue !== "" && (after.pool === before.pool || queue !== before.queue)) changes.work_queue_name = queue;
  }
  if (after.enforce !== before.enforce) changes.enforce_parameter_schema = after.enforce;
  return changes;
}
