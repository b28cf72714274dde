import type { StatusLook } from "@/components/status";
import type { PoolRun, PoolStatus, Queue, Worker } from "./types";

const statuses: Record<PoolStatus, StatusLook> = {
  READY: { tone: "completed", icon: "check", word: "Ready" },
  NOT_READY: { tone: "late", icon: "alert", word: "Not ready" },
  PAUSED: { tone: "paused", icon: "pause", word: "Paused" },
};

/** How a pool or a queue stands. Pools of agents have no status of their own. */
export function poolLook({ status, is_paused }: { status: PoolStatus | null; is_paused: boolean }): StatusLook {
  if (is_paused) return statuses.PAUSED;
  return status ? statuses[status] : { tone: "pending", icon: "dots", word: "Of agents" };
}

export function workerLook({ status }: Pick<Worker, "status">): StatusLook {
  return status === "ONLINE" ? { tone: "completed", icon: "check", word: "Online" } : { tone: "cancelled", icon: "slash", word: "Offline" };
}

/** The runs that a worker holds, as far as it has said so. */
export function heldBy(worker: string, active: readonly PoolRun[]): PoolRun[] {
  return active.filter((run) => run.worker === worker);
}

/** How many runs wait in a pool's queues. */
export function dueIn(queues: readonly Pick<Queue, "due">[]): number {
  return queues.reduce((sum, { due }) => sum + due, 0);
}
