import { useQuery } from "@tanstack/react-query";
import { grouped } from "@/lib/numbers";
import { Link, useNavigate } from "@/lib/router";
import { Button } from "@/components/button";
import { Page, useTitle } from "@/components/page";
import { Slots } from "@/components/slots";
import { Status } from "@/components/status";
import { type Column, Table } from "@/components/table";
import { Time } from "@/components/time";
import { Empty, Failure, Waiting } from "@/components/views";
import { paths } from "@/config/paths";
import { useLiveEvery } from "@/lib/live-every";
import { poolRows } from "./api/get-pools";
import type { PoolRow } from "./types";
import { poolLook } from "./words";

/** A worker says that it lives about every 30 s. */
const heartbeat = 20_000;

const columns: Column<PoolRow>[] = [
  { key: "name", title: "Pool", width: "minmax(140px, 1.4fr)", narrow: "name", cell: (pool) => <Link to={paths.pool} params={{ name: pool.name }} data-open title={pool.description ?? ""}>{pool.name}</Link> },
  { key: "status", title: "Status", width: "116px", narrow: "state", cell: (pool) => <Status look={poolLook(pool)} /> },
  { key: "type", title: "Type", width: "minmax(90px, .8fr)", narrow: "where", cell: (pool) => <span className="muted">{pool.type}</span> },
  { key: "workers", title: "Workers online", width: "116px", right: true, cell: (pool) => <span title={`${pool.workers_online} of ${pool.workers} that are known`}>{pool.workers_online}<span className="muted"> of {pool.workers}</span></span> },
  { key: "slots", title: "Slots held", width: "128px", right: true, cell: (pool) => <Slots held={pool.active} limit={pool.concurrency_limit} /> },
  { key: "due", title: "Runs wait", width: "84px", right: true, narrow: "when", cell: (pool) => (pool.due > 0 ? <b>{grouped(pool.due)}<span className="sr"> wait</span></b> : <span className="faint">–</span>) },
  { key: "queues", title: "Queues", width: "72px", right: true, cell: (pool) => pool.queues },
  { key: "polled", title: "Last asked for work", width: "132px", right: true, cell: (pool) => <Time at={pool.last_polled} /> },
];

export function PoolsPage() {
  useTitle("Work pools");
  const query = useQuery({ ...poolRows, refetchInterval: useLiveEvery(heartbeat) });
  const navigate = useNavigate();
  if (query.isPending) return <Waiting what="work pools" />;
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  const { rows, count } = query.data;
  return (
    <Page title="Work pools" beside={<span className="faint">{count > rows.length ? `the first ${rows.length} of ${count}` : count || ""}</span>}
      actions={<Button changes look="primary" icon="plus" onClick={() => void navigate({ to: paths.newPool })}>New pool</Button>}>
      {rows.length === 0
        ? <Empty title="There is no work pool" icon="pool" command="prefect work-pool create my-pool --type process">Deployments send their runs to a pool, and its workers start them.</Empty>
        : <Table label="Work pools" columns={columns} rows={rows} rowKey={(pool) => pool.id} />}
    </Page>
  );
}
