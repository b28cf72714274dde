import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@/lib/router";
import { useState } from "react";
import { Button } from "@/components/button";
import { Icon } from "@/components/icon";
import { NameFilter } from "@/components/name-filter";
import { Page, useTitle } from "@/components/page";
import { Pages } from "@/components/pages";
import { Status } from "@/components/status";
import { type Column, Table } from "@/components/table";
import { Time } from "@/components/time";
import { Empty, Failure, Waiting } from "@/components/views";
import { paths } from "@/config/paths";
import { whyNot } from "@/lib/read-only";
import { readPage, useQueryTexts } from "@/lib/route";
import { automationRows, pageSize } from "./api/get-automations";
import { useEnable } from "./components/automation-actions";
import { sentence } from "./sentence";
import type { AutomationRow, Names } from "./types";
import { enabledLook } from "./words";
import "./automations.css";

/** From how many rows on a name is looked for. */
const many = 12;

export function AutomationsPage() {
  useTitle("Automations");
  const page = readPage(useQueryTexts().page);
  const query = useQuery(automationRows(page));
  const [part, setPart] = useState("");
  const navigate = useNavigate();
  const { enable } = useEnable();
  if (query.isPending) return <Waiting what="automations" />;
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  const { rows, count, most, names } = query.data;
  const shown = rows.filter(({ name }) => name.toLowerCase().includes(part.toLowerCase()));
  return (
    <Page title="Automations" beside={<Link to={paths.deliveries}>All deliveries</Link>}
      actions={<Button changes look="primary" icon="plus" onClick={() => void navigate({ to: paths.newAutomation })}>New automation</Button>}>
      {rows.length >= many && <div><NameFilter label="Part of a name" value={part} onChange={setPart} /></div>}
      {rows.length === 0 ? (
        <Empty title="There is no automation" icon="bolt" command="prefect automation create --from-file automation.yaml">
          An automation waits for something, such as a run that fails, and does something then: it tells somebody, cancels, pauses or runs.
        </Empty>
      ) : shown.length === 0 ? <Empty title="No automation has such a name" icon="filter" />
        : <Table label="Automations" columns={columns(names, enable)} rows={shown} rowKey={({ id }) => id} />}
      {count > pageSize && <Pages page={page} size={pageSize} count={count} most={most} onPage={(next) => void navigate({ to: paths.automations, search: next > 1 ? { page: String(next) } : {} })} />}
    </Page>
  );
}

function columns(names: Names, enable: (id: string, enabled: boolean) => void): Column<AutomationRow>[] {
  return [
    { key: "name", title: "Automation", width: "minmax(140px, 1fr)", narrow: "name", cell: ({ id, name }) => <Link to={paths.automation} params={{ id }} data-open title={name}>{name}</Link> },
    {
      key: "on", title: "", width: "84px", narrow: "state",
      cell: ({ id, name, enabled }) => (
        <button type="button" className="on-off" role="switch" aria-checked={enabled} aria-label={`${name} is on`} disabled={whyNot !== undefined} title={whyNot} onClick={() => enable(id, !enabled)}><Status look={enabledLook(enabled)} /></button>
      ),
    },
    { key: "what", title: "What it does", width: "minmax(200px, 3fr)", narrow: "where", cell: (row) => { const words = sentence(row, names); return <span className="muted" title={words}>{words}</span>; } },
    {
      key: "died", title: "Deliveries", width: "124px", right: true,
      cell: ({ dead, waiting }) => (dead > 0 ? <span className="died"><Icon name="alert" size={14} />{dead} given up</span> : waiting > 0 ? `${waiting} on the way` : <span className="faint">–</span>),
    },
    { key: "fired", title: "Last fired", width: "84px", right: true, narrow: "when", cell: ({ last_fired }) => <Time at={last_fired} /> },
  ];
}
