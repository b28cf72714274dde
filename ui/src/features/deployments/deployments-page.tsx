import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@/lib/router";
import { useCallback, useMemo } from "react";
import { deploymentColumns } from "@/components/deployment-columns";
import { Select } from "@/components/field";
import { NameFilter } from "@/components/name-filter";
import { Page, useTitle } from "@/components/page";
import { Pages } from "@/components/pages";
import { Table } from "@/components/table";
import { Empty, Failure, Waiting } from "@/components/views";
import { paths } from "@/config/paths";
import { useQueryTexts } from "@/lib/route";
import { deploymentRows } from "./api/get-deployment-rows";
import { type DeploymentFilters, fromSearch, pageSize, restricts, type Search, toSearch } from "./filters";

type Change = (part: Partial<DeploymentFilters>) => void;

export function DeploymentsPage() {
  useTitle("Deployments");
  const search = useQueryTexts();
  const filters = useMemo(() => fromSearch(search), [search]);
  const navigate = useNavigate();
  const change: Change = useCallback((part) => {
    const typed = "name" in part || "tag" in part || "pool" in part;
    void navigate({ to: paths.deployments, search: (before: Search) => toSearch({ ...fromSearch(before), page: 1, ...part }), replace: typed });
  }, [navigate]);
  return (
    <Page title="Deployments">
      <Filters filters={filters} change={change} />
      <List filters={filters} change={change} />
    </Page>
  );
}

const pausedOptions = [{ value: "", label: "Paused or not" }, { value: "no", label: "Not paused" }, { value: "yes", label: "Paused" }];

function Filters({ filters, change }: { filters: DeploymentFilters; change: Change }) {
  const name = useCallback((name: string) => change({ name }), [change]);
  const tag = useCallback((tag: string) => change({ tag }), [change]);
  const pool = useCallback((pool: string) => change({ pool }), [change]);
  return (
    <div className="buttons" role="search" aria-label="Filter deployments">
      <NameFilter value={filters.name} onChange={name} label="Flow or deployment" />
      <NameFilter value={filters.tag} onChange={tag} label="Tag" />
      <NameFilter value={filters.pool} onChange={pool} label="Pool" />
      <Select aria-label="Paused" value={filters.paused} options={pausedOptions} onPick={(value) => change({ paused: value as DeploymentFilters["paused"] })} />
    </div>
  );
}

const columns = deploymentColumns(true);

function List({ filters, change }: { filters: DeploymentFilters; change: Change }) {
  const query = useQuery(deploymentRows(filters));
  if (query.isPending) return <Waiting what="deployments" />;
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  const { rows, count, most } = query.data;
  if (rows.length === 0 && restricts(filters)) return <Empty title="No deployment is like that" icon="filter">Names are found by a part of them; a tag and a pool by the whole name.</Empty>;
  if (rows.length === 0) return <Empty title="There are no deployments yet" icon="rocket" command="prefect deploy">A deployment says where a flow's code is, which pool runs it, and when.</Empty>;
  return (
    <>
      <Table label="Deployments" columns={columns} rows={rows} rowKey={(row) => row.id} sort={filters.sort} onSort={(sort) => change({ sort: sort as DeploymentFilters["sort"] })} />
      {count > pageSize && <Pages page={filters.page} size={pageSize} count={count} most={most} onPage={(page) => { change({ page }); scrollTo(0, 0); }} />}
    </>
  );
}
