import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@/lib/router";
import { useState } from "react";
import { Button } from "@/components/button";
import { Page, useTitle } from "@/components/page";
import { Slots } from "@/components/slots";
import { Status } from "@/components/status";
import { type Column, Table } from "@/components/table";
import { Empty, Failure, Waiting } from "@/components/views";
import { paths } from "@/config/paths";
import { useLiveEvery } from "@/lib/live-every";
import { useQueryTexts } from "@/lib/route";
import { limitRows } from "./api/get-limits";
import { FlowLimitDialog } from "./components/flow-limit-dialog";
import { LimitDialog } from "./components/limit-dialog";
import { LimitPanel } from "./components/limit-panel";
import type { Limit } from "./types";
import { kinds, limitLook } from "./words";
import "./limits-page.css";

/** Slots are taken and given back without events. */
const often = 5000;

export function LimitsPage() {
  useTitle("Concurrency");
  const { limit: open } = useQueryTexts();
  const [making, setMaking] = useState<"limit" | "flow" | null>(null);
  const query = useQuery({ ...limitRows, refetchInterval: useLiveEvery(often) });
  const navigate = useNavigate();
  if (query.isPending) return <Waiting what="concurrency limits" />;
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  const { rows, most } = query.data;
  const show = (limit: Limit | null) => void navigate({ to: paths.limits, search: limit ? { limit: limit.id } : {}, replace: true, resetScroll: false });
  const chosen = rows.find(({ id }) => id === open);
  return (
    <Page title="Concurrency" beside={<span className="faint">{rows.length >= most ? `the first ${most}` : rows.length || ""}</span>}
      actions={<><Button changes icon="flow" onClick={() => setMaking("flow")}>Limit a flow</Button><Button changes look="primary" icon="plus" onClick={() => setMaking("limit")}>New limit</Button></>}>
      {rows.length === 0 ? (
        <Empty title="There is no limit" icon="gauge" command="prefect gcl create database --limit 5">
          A limit says how many of something may go on at once: in code by concurrency(), for all tasks of a tag, for a deployment, or for all runs of a flow.
        </Empty>
      ) : (
        <div className={chosen ? "limits open" : "limits"}>
          <Table label="Concurrency limits" columns={columns(show).filter(({ key }) => !chosen || !beside.has(key))} rows={rows} rowKey={({ id }) => id} current={chosen?.id ?? null} onOpen={show} />
          {chosen && <LimitPanel key={chosen.id} limit={chosen} onClose={() => show(null)} />}
        </div>
      )}
      {making === "limit" && <LimitDialog onClose={() => setMaking(null)} />}
      {making === "flow" && <FlowLimitDialog onClose={() => setMaking(null)} />}
    </Page>
  );
}

/** What the panel of a limit shows too: it is left out of the table beside it. */
const beside = new Set(["holders", "decay"]);

function columns(show: (limit: Limit) => void): Column<Limit>[] {
  return [
    { key: "name", title: "Limit", width: "minmax(120px, 1.4fr)", narrow: "name", cell: (limit) => <button type="button" className="row-open" data-open title={limit.title} onClick={() => show(limit)}>{limit.title}</button> },
    { key: "kind", title: "Of", width: "minmax(90px, .7fr)", narrow: "where", cell: (limit) => <span className="muted">{kinds[limit.kind]}</span> },
    { key: "state", title: "Stands", width: "112px", narrow: "state", cell: (limit) => <Status look={limitLook(limit)} /> },
    { key: "slots", title: "Slots held", width: "128px", right: true, narrow: "when", cell: (limit) => <Slots held={limit.active_slots} limit={limit.limit} /> },
    { key: "holders", title: "Held by", width: "minmax(100px, 1.4fr)", cell: (limit) => <span className="muted">{limit.holders.map(({ name }) => name ?? "somebody").join(", ")}</span> },
    { key: "decay", title: "Comes back", width: "104px", right: true, cell: (limit) => (limit.slot_decay_per_second > 0 ? `${limit.slot_decay_per_second} a second` : <span className="faint">–</span>) },
  ];
}
