import { useMutation, useQueryClient } from "@tanstack/react-query";
import { IconButton } from "@/components/button";
import { Status } from "@/components/status";
import { Time } from "@/components/time";
import { tell } from "@/components/toast";
import { deleteWorker } from "../api/change-pool";
import type { PoolRun, Worker } from "../types";
import { heldBy, workerLook } from "../words";

/** The workers of a pool, the one that was heard of last first, and the runs that each holds. */
export function Workers({ pool, workers, active }: { pool: string; workers: readonly Worker[]; active: readonly PoolRun[] }) {
  const queries = useQueryClient();
  const forget = useMutation({
    mutationFn: (worker: string) => deleteWorker(pool, worker),
    onError: (error) => tell(error.message, true),
    onSettled: () => void queries.invalidateQueries({ queryKey: ["pool", pool] }),
  });
  if (workers.length === 0) return <p className="card pool-none muted">No worker was ever heard of.</p>;
  return (
    <ul className="card pool-list">
      {workers.map((worker) => {
        const held = heldBy(worker.name, active);
        return (
          <li key={worker.id}>
            <span className="cut" title={worker.name}>{worker.name}</span>
            <span className="queue-buttons"><Status look={workerLook(worker)} />
              {worker.status === "OFFLINE" && <IconButton changes label={`Forget ${worker.name}`} icon="trash" disabled={forget.isPending} onClick={() => forget.mutate(worker.name)} />}</span>
            <p className="muted">{held.length === 0 ? "Holds no run" : `Holds ${held.length === 1 ? held[0]?.name ?? "" : `${held.length} runs`}`} · heard of <Time at={worker.last_heartbeat_time} /></p>
          </li>
        );
      })}
    </ul>
  );
}
