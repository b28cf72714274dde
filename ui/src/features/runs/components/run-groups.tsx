import { useQuery } from "@tanstack/react-query";
import { grouped } from "@/lib/numbers";
import { Link } from "@/lib/router";
import { useMemo } from "react";
import type { GroupRow } from "@/api/schema";
import { type Column, Table } from "@/components/table";
import { Length, Time } from "@/components/time";
import { Failure, Waiting } from "@/components/views";
import { paths } from "@/config/paths";
import { lookOf } from "@/lib/states";
import { runGroups } from "../api/get-run-rows";
import { insideOf, type RunFilters, toSearch } from "../filters";
import { NoRuns } from "./no-runs";

/** Runs by what they have in common: how many there are of each state, and how long they take. */
export function RunGroups({ filters, change }: { filters: RunFilters; change: (part: Partial<RunFilters>) => void }) {
  const query = useQuery(runGroups(filters));
  const columns = useMemo(() => columnsOf(filters), [filters]);
  if (query.isPending) return <Waiting what="groups of runs" />;
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  const { rows, count, most } = query.data;
  if (rows.length === 0) return <NoRuns filters={filters} change={change} />;
  const runs = rows.reduce((sum, row) => sum + row.runs, 0);
  return (
    <>
      <Table label="Groups of runs" columns={columns} rows={rows} rowKey={({ id, name }) => id ?? `name ${name}`} />
      <p className="faint">
        {grouped(count)} {count === 1 ? "group" : "groups"}{count > rows.length && `, of which those with the most runs`}
        {runs >= most && ` of the newest ${grouped(most)} runs`}
      </p>
    </>
  );
}

const without = { flow: "without a flow", deployment: "without a deployment", tag: "without a tag", task: "without a name" };

function columnsOf(filters: RunFilters): Column<GroupRow>[] {
  const by = filters.group || "flow";
  return [
    {
      key: "name", title: { flow: "Flow", deployment: "Deployment", tag: "Tag", task: "Task" }[by], width: "minmax(140px, 1.4fr)", narrow: "name",
      cell: ({ name }) => (name === "" ? <span className="muted">{without[by]}</span> : <Link to={paths.runs} search={toSearch(insideOf(filters, name))} data-open>{name}</Link>),
    },
    { key: "states", title: "States", width: "minmax(120px, 1fr)", narrow: "where", cell: (group) => <States group={group} /> },
    { key: "failed", title: "Failed", width: "72px", right: true, narrow: "state", cell: ({ states }) => failedOf(states) || <span className="faint">–</span> },
    { key: "runs", title: "Runs", width: "72px", right: true, cell: ({ runs }) => grouped(runs) },
    { key: "mean", title: "Took on average", width: "120px", right: true, cell: ({ mean }) => <Length seconds={mean} /> },
    { key: "last", title: "Newest", width: "84px", right: true, narrow: "when", cell: ({ last }) => <Time at={last} /> },
  ];
}

function failedOf(states: GroupRow["states"]): number {
  return states.reduce((sum, { state_type: type, runs }) => sum + (type === "FAILED" || type === "CRASHED" ? runs : 0), 0);
}

/** The states of a group as parts of one bar. */
function States({ group: { name, runs, states } }: { group: GroupRow }) {
  const parts = states.map(({ state_type, runs: n }) => ({ n, ...lookOf({ state_type, state_name: null }) }));
  const words = parts.map(({ n, word }) => `${grouped(n)} ${word.toLowerCase()}`).join(", ");
  return (
    <span className="group-states" role="img" aria-label={`Runs of ${name}: ${words}`} title={words}>
      {parts.map(({ n, tone, word }) => <i key={word} data-tone={tone} style={{ flexGrow: n / runs }} />)}
    </span>
  );
}
