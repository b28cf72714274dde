import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@/lib/router";
import { useCallback, useState } from "react";
import { Button } from "@/components/button";
import { NameFilter } from "@/components/name-filter";
import { Page, useTitle } from "@/components/page";
import { Pages } from "@/components/pages";
import { type Column, Table } from "@/components/table";
import { Tags } from "@/components/tags";
import { Time } from "@/components/time";
import { Empty, Failure, Waiting } from "@/components/views";
import { paths } from "@/config/paths";
import { readPage, useQueryTexts } from "@/lib/route";
import { pageSize, variables } from "./api/get-variables";
import { VariableDialog } from "./components/variable-dialog";
import type { Variable } from "./types";
import { oneLine } from "./value";

export function VariablesPage() {
  useTitle("Variables");
  const { name = "", page: pageText } = useQueryTexts();
  const page = readPage(pageText);
  const [open, setOpen] = useState<Variable | "new" | null>(null);
  const query = useQuery(variables(name, page));
  const navigate = useNavigate();
  const go = useCallback((part: string, to: number) => void navigate({
    to: paths.variables, replace: true, search: { ...(part && { name: part }), ...(to > 1 && { page: String(to) }) },
  }), [navigate]);
  const find = useCallback((part: string) => go(part, 1), [go]);
  return (
    <Page title="Variables" actions={<Button changes look="primary" icon="plus" onClick={() => setOpen("new")}>New variable</Button>}>
      <div><NameFilter label="Part of a name" value={name} onChange={find} /></div>
      {query.isPending ? <Waiting what="variables" />
        : !query.data ? <Failure error={query.error} onRetry={() => void query.refetch()} />
        : query.data.rows.length === 0 ? <None name={name} />
        : <Table label="Variables" columns={columns(setOpen)} rows={query.data.rows} rowKey={({ id }) => id} onOpen={setOpen} />}
      {query.data && query.data.rows.length > 0 && <Pages page={page} size={pageSize} {...query.data} onPage={(next) => { go(name, next); scrollTo(0, 0); }} />}
      {open !== null && <VariableDialog {...(open === "new" ? {} : { variable: open })} onClose={() => setOpen(null)} />}
    </Page>
  );
}

function None({ name }: { name: string }) {
  if (name) return <Empty title="No variable has such a name" icon="filter">Nothing matches “{name}”.</Empty>;
  return <Empty title="There is no variable" icon="braces" command="prefect variable set my_setting '{&quot;limit&quot;: 5}'">Flows, deployments and job templates read variables by their names.</Empty>;
}

function columns(open: (variable: Variable) => void): Column<Variable>[] {
  return [
    { key: "name", title: "Name", width: "minmax(140px, 1fr)", narrow: "name", cell: (variable) => <button type="button" className="row-open" data-open title={variable.name} onClick={() => open(variable)}>{variable.name}</button> },
    { key: "value", title: "Value", width: "minmax(140px, 2fr)", narrow: "where", cell: (variable) => <code className="muted" title={oneLine(variable.value)}>{oneLine(variable.value)}</code> },
    { key: "tags", title: "Tags", width: "minmax(60px, .8fr)", narrow: "state", cell: (variable) => <Tags tags={variable.tags} /> },
    { key: "updated", title: "Changed", width: "96px", right: true, narrow: "when", cell: (variable) => <Time at={variable.updated} /> },
  ];
}
