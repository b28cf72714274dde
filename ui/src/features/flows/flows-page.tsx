import { useQuery } from "@tanstack/react-query";
import { grouped } from "@/lib/numbers";
import { Link, useNavigate } from "@/lib/router";
import { useCallback, useMemo } from "react";
import { NameFilter } from "@/components/name-filter";
import { Page, useTitle } from "@/components/page";
import { Pages } from "@/components/pages";
import { RunBars } from "@/components/run-bars";
import { Success, Took } from "@/components/run-figures";
import { type Column, Table } from "@/components/table";
import { Tags } from "@/components/tags";
import { Time } from "@/components/time";
import { Empty, Failure, Waiting } from "@/components/views";
import { paths } from "@/config/paths";
import { useQueryTexts } from "@/lib/route";
import { type FlowRow, flowRows } from "./api/get-flow-rows";
import { type FlowFilters, fromSearch, pageSize, type Search, toSearch } from "./filters";

const columns: Column<FlowRow>[] = [
  { key: "name", title: "Flow", width: "minmax(140px, 1.4fr)", narrow: "name", sorts: ["NAME_ASC", "NAME_DESC"], cell: (flow) => <Link to={paths.flow} params={{ id: flow.id }} data-open>{flow.name}</Link> },
  { key: "runs", title: "Last runs", width: "160px", narrow: "where", cell: (flow) => <RunBars runs={flow.recent.runs} of={flow.name} /> },
  { key: "success", title: "Success", width: "64px", right: true, narrow: "state", cell: (flow) => <Success recent={flow.recent} /> },
  { key: "median", title: "Median", width: "80px", right: true, cell: (flow) => <Took recent={flow.recent} which="median" /> },
  { key: "p95", title: "95 %", width: "80px", right: true, cell: (flow) => <Took recent={flow.recent} which="p95" /> },
  { key: "last", title: "Last run", width: "80px", right: true, narrow: "when", cell: (flow) => <Time at={flow.recent.runs[0]?.start} /> },
  { key: "next", title: "Next run", width: "80px", right: true, cell: (flow) => <Time at={flow.next?.at} /> },
  { key: "deployments", title: "Deployments", width: "88px", right: true, cell: (flow) => (flow.deployments > 0 ? grouped(flow.deployments) : <span className="faint">–</span>) },
  { key: "tags", title: "Tags", width: "minmax(40px, .8fr)", cell: (flow) => <Tags tags={flow.tags} /> },
];

export function FlowsPage() {
  useTitle("Flows");
  const search = useQueryTexts();
  const filters = useMemo(() => fromSearch(search), [search]);
  const navigate = useNavigate();
  const change = useCallback((part: Partial<FlowFilters>) => {
    void navigate({ to: paths.flows, search: (before: Search) => toSearch({ ...fromSearch(before), page: 1, ...part }), replace: "name" in part });
  }, [navigate]);
  const rename = useCallback((name: string) => change({ name }), [change]);
  return (
    <Page title="Flows">
      <div className="buttons" role="search" aria-label="Filter flows"><NameFilter value={filters.name} onChange={rename} /></div>
      <List filters={filters} change={change} />
    </Page>
  );
}

function List({ filters, change }: { filters: FlowFilters; change: (part: Partial<FlowFilters>) => void }) {
  const query = useQuery(flowRows(filters));
  if (query.isPending) return <Waiting what="flows" />;
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  const { rows, count, most } = query.data;
  if (rows.length === 0 && (filters.name || filters.page > 1)) return <Empty title="No flow has that name" icon="filter" />;
  if (rows.length === 0) return <Empty title="There are no flows yet" icon="flow" command="prefect deploy">A flow appears here when it first runs against this server, or is deployed to it.</Empty>;
  return (
    <>
      <Table label="Flows" columns={columns} rows={rows} rowKey={(flow) => flow.id} sort={filters.sort} onSort={(sort) => change({ sort: sort as FlowFilters["sort"] })} />
      {count > pageSize && <Pages page={filters.page} size={pageSize} count={count} most={most} onPage={(page) => { change({ page }); scrollTo(0, 0); }} />}
    </>
  );
}
