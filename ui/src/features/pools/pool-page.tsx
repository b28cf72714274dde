import { useQuery } from "@tanstack/react-query";
import { grouped } from "@/lib/numbers";
import { Link } from "@/lib/router";
import { Command } from "@/components/command";
import { Icon } from "@/components/icon";
import { Page, Section, useTitle } from "@/components/page";
import { Slots } from "@/components/slots";
import { Status } from "@/components/status";
import { Failure, Waiting } from "@/components/views";
import { paths } from "@/config/paths";
import { commandLine } from "@/lib/command-line";
import { useLiveEvery } from "@/lib/live-every";
import { usePathParam } from "@/lib/route";
import { poolOverview } from "./api/get-pool";
import { ActiveRuns, WaitingRuns } from "./components/pool-runs";
import { JobTemplate } from "./components/job-template";
import { PoolActions } from "./components/pool-actions";
import { Queues } from "./components/queues";
import { Workers } from "./components/workers";
import type { PoolOverview } from "./types";
import { dueIn, poolLook } from "./words";
import "./pool-page.css";

/** A worker says that it lives about every 30 s. */
const heartbeat = 15_000;

export function PoolPage() {
  const name = usePathParam("name");
  useTitle(name);
  const query = useQuery({ ...poolOverview(name), refetchInterval: useLiveEvery(heartbeat) });
  if (query.isPending) return <Waiting what="the pool" />;
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  return <Pool overview={query.data} />;
}

function Pool({ overview }: { overview: PoolOverview }) {
  const { pool, queues, workers, active, active_count, waiting } = overview;
  const due = dueIn(queues);
  return (
    <Page title={pool.name} beside={<><Status look={poolLook(pool)} strong /><span className="muted">{pool.type}</span></>} actions={<PoolActions pool={pool} />}>
      {pool.description && <p className="muted pool-about">{pool.description}</p>}
      <Sentence overview={overview} />
      <div className="pool">
        <div className="pool-column">
          <Section title="Waits" beside={<span className="faint">{due > waiting.length ? `the first ${waiting.length} of ${grouped(due)}` : due || ""}</span>}><WaitingRuns runs={waiting} queues={queues} /></Section>
          <Section title="Holds a slot" beside={<Slots held={active_count} limit={pool.concurrency_limit} />}><ActiveRuns runs={active} count={active_count} queues={queues} pool={pool.name} /></Section>
          <p><Link to={paths.runs} search={{ pool: pool.name, when: "any" }}>All runs of this pool</Link></p>
        </div>
        <div className="pool-column">
          <Queues pool={pool.name} queues={queues} />
          <Section title="Workers" beside={<span className="faint">{workers.filter(({ status }) => status === "ONLINE").length} online</span>}><Workers pool={pool.name} workers={workers} active={active} /></Section>
          <JobTemplate pool={pool} />
          <Section title="On the command line"><div className="pool-commands"><Command text={commandLine("reeve", "worker", "start", "--pool", pool.name)} /><Command text={commandLine("prefect", "worker", "start", "--pool", pool.name)} /></div></Section>
        </div>
      </div>
    </Page>
  );
}

/** Why nothing moves, when nothing does. */
function Sentence({ overview: { pool, workers, queues } }: { overview: PoolOverview }) {
  const due = dueIn(queues);
  const runs = due === 1 ? "1 run waits" : `${grouped(due)} runs wait`;
  if (due === 0) return null;
  const word = pool.is_paused ? `${runs}: the pool is paused.`
    : workers.some(({ status }) => status === "ONLINE") ? null
    : `${runs}: no worker of this pool is online. Start one on the machine that is to do the work.`;
  if (word === null) return null;
  return <p className="pool-why" data-tone="late"><Icon name="alert" /><span>{word}</span></p>;
}
