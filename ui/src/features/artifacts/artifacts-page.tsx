import { useQuery } from "@tanstack/react-query";
import { grouped } from "@/lib/numbers";
import { Link, useNavigate } from "@/lib/router";
import { Select } from "@/components/field";
import { NameFilter } from "@/components/name-filter";
import { Page, useTitle } from "@/components/page";
import { Pages } from "@/components/pages";
import { type Column, Table } from "@/components/table";
import { Time } from "@/components/time";
import { Empty, Failure, Waiting } from "@/components/views";
import { paths } from "@/config/paths";
import { readPage, useQueryTexts } from "@/lib/route";
import { type ArtifactFilters, artifactRows, pageSize } from "./api/get-artifacts";
import { types } from "./data";
import type { ArtifactRow } from "./types";
import "./artifacts.css";

const options = [{ value: "", label: "Of any kind" }, ...types.map((type) => ({ value: type, label: type }))];

export function ArtifactsPage() {
  useTitle("Artifacts");
  const { key = "", type = "", page } = useQueryTexts();
  const filters: ArtifactFilters = { key, type, page: readPage(page) };
  const query = useQuery(artifactRows(filters));
  const navigate = useNavigate();
  const go = (part: Partial<ArtifactFilters>) => {
    const next = { ...filters, page: 1, ...part };
    void navigate({ to: paths.artifacts, replace: true, search: { ...(next.key && { key: next.key }), ...(next.type && { type: next.type }), ...(next.page > 1 && { page: String(next.page) }) } });
  };
  const { rows = [], count = 0, most = 0 } = query.data ?? {};
  return (
    <Page title="Artifacts">
      <div className="buttons">
        <NameFilter label="Part of a key" value={key} onChange={(part) => go({ key: part })} />
        <Select aria-label="Kind" value={type} options={options} onPick={(value) => go({ type: value })} />
      </div>
      {query.isPending ? <Waiting what="artifacts" />
        : !query.data ? <Failure error={query.error} onRetry={() => void query.refetch()} />
        : rows.length === 0 ? <None filtered={key !== "" || type !== ""} />
        : <Table label="Artifacts" columns={columns} rows={rows} rowKey={({ id }) => id} />}
      {rows.length > 0 && <Pages page={filters.page} size={pageSize} count={count} most={most} onPage={(next) => { go({ page: next }); scrollTo(0, 0); }} />}
    </Page>
  );
}

function None({ filtered }: { filtered: boolean }) {
  if (filtered) return <Empty title="No artifact is like that" icon="filter">Nothing matches this key and kind.</Empty>;
  return <Empty title="There is no artifact with a key" icon="page">Texts, tables, links and pictures appear here when a flow makes them with create_markdown_artifact(key=…) and its kin.</Empty>;
}

const columns: Column<ArtifactRow>[] = [
  { key: "key", title: "Key", width: "minmax(140px, 1fr)", narrow: "name", cell: (artifact) => <Link to={paths.artifactKey} params={{ name: artifact.key ?? "" }} data-open>{artifact.key}</Link> },
  { key: "type", title: "Kind", width: "96px", narrow: "state", cell: (artifact) => artifact.type ?? <span className="faint">–</span> },
  { key: "description", title: "About", width: "minmax(120px, 1.6fr)", cell: (artifact) => <span className="muted" title={artifact.description ?? ""}>{artifact.description}</span> },
  {
    key: "run", title: "Made by", width: "minmax(120px, 1fr)", narrow: "where",
    cell: (artifact) => (artifact.flow_run_id && artifact.flow_run_name
      ? <><Link to={paths.run} params={{ id: artifact.flow_run_id }}>{artifact.flow_run_name}</Link>{artifact.task_run_name && <span className="muted"> · {artifact.task_run_name}</span>}</>
      : <span className="faint">–</span>),
  },
  { key: "versions", title: "Versions", width: "80px", right: true, cell: (artifact) => artifact.versions === undefined ? "" : grouped(artifact.versions) },
  { key: "created", title: "Newest", width: "96px", right: true, narrow: "when", cell: (artifact) => <Time at={artifact.created} /> },
];
