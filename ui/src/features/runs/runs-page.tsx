import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import { Page, useTitle } from "@/components/page";
import { Pages } from "@/components/pages";
import { flowRunColumns, taskRunColumns } from "@/components/run-columns";
import { Table } from "@/components/table";
import { Failure, Waiting } from "@/components/views";
import { paths } from "@/config/paths";
import { useQueryTexts } from "@/lib/route";
import { useNavigate } from "@/lib/router";
import { flowRunRows, taskRunRows } from "./api/get-run-rows";
import { BulkBar, TaskBulkBar } from "./components/bulk-bar";
import { NoRuns } from "./components/no-runs";
import { RunFacets } from "./components/run-facets";
import { RunGroups } from "./components/run-groups";
import { SavedViews } from "./components/saved-views";
import { defaults, fromSearch, pageSize, type RunFilters, sorts, toSearch } from "./filters";
import { lastSearch, rememberSearch } from "./saved";
import "./runs-page.css";

export function RunsPage() {
  useTitle("Runs");
  const search = useQueryTexts();
  const filters = useMemo(() => fromSearch(search), [search]);
  const navigate = useNavigate();
  const [left] = useState(lastSearch);
  const go = useCallback((next: RunFilters, replace = false) => void navigate({ to: paths.runs, search: toSearch(next), replace }), [navigate]);
  useEffect(() => { // the page is opened as it was left in this tab
    if (Object.keys(search).length === 0 && Object.keys(left).length > 0) go(fromSearch(left), true);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, when it is opened
  }, []);
  useEffect(() => rememberSearch(toSearch(filters)), [filters]);
  const change = useCallback((part: Partial<RunFilters>) => go({ ...filters, page: 1, ...part }, "name" in part), [filters, go]);
  const flows = filters.kind === "flow";
  return (
    <Page title="Runs" beside={<Kinds filters={filters} go={go} />} actions={<SavedViews search={toSearch(filters)} onPick={(saved) => go(fromSearch(saved))} />}>
      <RunFacets filters={filters} onChange={change} onClear={() => go({ ...defaults, kind: filters.kind, when: filters.when, sort: filters.sort })} />
      {filters.group !== "" ? <RunGroups filters={filters} change={change} />
        : flows ? <FlowRuns key="flow" filters={filters} change={change} /> : <TaskRuns key="task" filters={filters} change={change} />}
    </Page>
  );
}

function Kinds({ filters, go }: { filters: RunFilters; go: (next: RunFilters) => void }) {
  return (
    <div className="segments" role="group" aria-label="Kind of runs">
      {(["flow", "task"] as const).map((kind) => (
        <button key={kind} type="button" aria-pressed={filters.kind === kind} onClick={() => go(fromSearch(toSearch({ ...filters, kind, sort: sorts[kind][0], page: 1 })))}>
          {kind === "flow" ? "Flow runs" : "Task runs"}
        </button>
      ))}
    </div>
  );
}

interface ListProps {
  filters: RunFilters;
  change: (part: Partial<RunFilters>) => void;
}

function FlowRuns({ filters, change }: ListProps) {
  const query = useQuery(flowRunRows(filters));
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const now = query.data?.now ?? "";
  const columns = useMemo(() => flowRunColumns(now), [now]);
  const rows = query.data?.rows ?? [];
  const picked = rows.filter((row) => chosen.has(row.id));
  if (query.isPending) return <Waiting what="runs" />;
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  if (rows.length === 0) return <NoRuns filters={filters} change={change} />;
  return (
    <>
      <Table label="Flow runs" columns={columns} rows={rows} rowKey={(row) => row.id} sort={filters.sort} onSort={(sort) => change({ sort })}
        selection={{ chosen, change: setChosen }} />
      {picked.length > 0 && <BulkBar chosen={picked} onDone={() => setChosen(new Set())} />}
      <Pages page={filters.page} size={pageSize} count={query.data.count} most={query.data.most} onPage={(page) => { setChosen(new Set()); change({ page }); scrollTo(0, 0); }} />
    </>
  );
}

function TaskRuns({ filters, change }: ListProps) {
  const query = useQuery(taskRunRows(filters));
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const now = query.data?.now ?? "";
  const columns = useMemo(() => taskRunColumns(now), [now]);
  if (query.isPending) return <Waiting what="task runs" />;
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data.rows.length === 0) return <NoRuns filters={filters} change={change} />;
  const picked = query.data.rows.filter((row) => chosen.has(row.id));
  return (
    <>
      <Table label="Task runs" columns={columns} rows={query.data.rows} rowKey={(row) => row.id} sort={filters.sort} onSort={(sort) => change({ sort })}
        selection={{ chosen, change: setChosen }} />
      {picked.length > 0 && <TaskBulkBar chosen={picked} onDone={() => setChosen(new Set())} />}
      <Pages page={filters.page} size={pageSize} count={query.data.count} most={query.data.most} onPage={(page) => { setChosen(new Set()); change({ page }); scrollTo(0, 0); }} />
    </>
  );
}
