import { grouped } from "@/lib/numbers";
import { Link } from "@/lib/router";
import { StateBadge } from "@/components/state-badge";
import { Time } from "@/components/time";
import { paths } from "@/config/paths";
import type { PoolOverview, PoolRun, Queue } from "../types";

const queueOf = (run: PoolRun, queues: readonly Queue[]) => (queues.length > 1 ? queues.find(({ id }) => id === run.work_queue_id)?.name : undefined);

/** Runs that may start and have not, each with what it waits for. */
export function WaitingRuns({ runs, queues }: { runs: PoolOverview["waiting"]; queues: readonly Queue[] }) {
  if (runs.length === 0) return <p className="card pool-none muted">Nothing waits.</p>;
  return (
    <ul className="card pool-list">
      {runs.map((run) => (
        <li key={run.id}>
          <span className="cut"><Link to={paths.run} params={{ id: run.id }} className="pool-name">{run.name}</Link> <span className="muted">{run.flow_name}{queueOf(run, queues) && ` · ${queueOf(run, queues)}`}</span></span>
          <span className="faint">due <Time at={run.expected_start_time} /></span>
          <p className="muted">{run.reasons[0]?.sentence}.{run.reasons.length > 1 && ` And ${run.reasons.length - 1} more.`}</p>
        </li>
      ))}
    </ul>
  );
}

/** Runs that hold a slot of the pool, those that have held it longest first. */
export function ActiveRuns({ runs, count, queues, pool }: { runs: readonly PoolRun[]; count: number; queues: readonly Queue[]; pool: string }) {
  if (runs.length === 0) return <p className="card pool-none muted">No run of this pool is running.</p>;
  return (
    <ul className="card pool-list">
      {runs.map((run) => (
        <li key={run.id}>
          <span className="cut"><Link to={paths.run} params={{ id: run.id }} className="pool-name">{run.name}</Link> <span className="muted">{run.flow_name}{queueOf(run, queues) && ` · ${queueOf(run, queues)}`}</span></span>
          <StateBadge run={run} />
          <p className="muted">{run.worker ? `Worker ${run.worker}` : "No worker has said that it has it"} · since <Time at={run.state_timestamp} /></p>
        </li>
      ))}
      {count > runs.length && <li><Link to={paths.runs} search={{ pool, state: "RUNNING,PENDING,CANCELLING", when: "any" }}>All {grouped(count)}</Link></li>}
    </ul>
  );
}
