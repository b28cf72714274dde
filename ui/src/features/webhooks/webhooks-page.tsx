import { useQuery } from "@tanstack/react-query";
import { grouped } from "@/lib/numbers";
import { Link, useNavigate } from "@/lib/router";
import type { FlowRunRow } from "@/api/types";
import { Button } from "@/components/button";
import { Facts } from "@/components/facts";
import { Select } from "@/components/field";
import { Icon } from "@/components/icon";
import { Page, Section, useTitle } from "@/components/page";
import { Status } from "@/components/status";
import { type Column, Table } from "@/components/table";
import { Time } from "@/components/time";
import { Empty, Failure, Waiting } from "@/components/views";
import { paths } from "@/config/paths";
import { bytes } from "@/lib/bytes";
import { useLiveEvery } from "@/lib/live-every";
import { useQueryTexts } from "@/lib/route";
import { webhooks } from "./api/get-webhooks";
import { Became } from "./components/became";
import { addressOf, Hooks } from "./components/hooks";
import { NoGateway } from "./components/no-gateway";
import { ReplayDead } from "./components/replay";
import type { WebhookPage, WebhookRow } from "./types";
import { commands, holdUp, webhookLook } from "./words";
import "./webhooks.css";

/** Webhooks come in without an event. */
const often = 5000;

const statuses = [{ value: "", label: "All" }, { value: "waiting", label: "Waiting" }, { value: "dead", label: "Given up" }, { value: "delivered", label: "Delivered" }];

/** The inbox of the gateway. */
export function WebhooksPage() {
  useTitle("Webhooks");
  const { status = "", before = "" } = useQueryTexts();
  const query = useQuery({ ...webhooks(status, before), refetchInterval: useLiveEvery(often) });
  if (query.isPending) return <Waiting what="webhooks" />;
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  const page = query.data;
  return (
    <Page title="Webhooks" actions={page.figures.dead > 0 && <ReplayDead dead={page.figures.dead} />}>
      {page.here ? <Inbox page={page} status={status} before={before} /> : <NoGateway elsewhere={page.elsewhere} />}
    </Page>
  );
}

function Inbox({ page: { hooks, figures, rows, runs, next }, status, before }: { page: WebhookPage; status: string; before: string }) {
  const navigate = useNavigate();
  const go = (to: string, place: string) => void navigate({ to: paths.webhooks, search: { ...(to && { status: to }), ...(place && { before: place }) } });
  const why = holdUp(figures.server);
  return (
    <>
      <Facts facts={[
        { name: "Waiting", value: grouped(figures.waiting) },
        { name: "Delivered", value: grouped(figures.delivered) },
        { name: "Given up", value: figures.dead > 0 ? <span className="bad">{grouped(figures.dead)}</span> : "0" },
        { name: "Refused since the start", value: <span title="Their secret, signature, path or body was not right. They are not kept.">{grouped(figures.refused)}</span> },
      ]} />
      {why !== null && <p className="hold-up"><Icon name="clock-alert" /><span>{why}</span></p>}
      <Section title="Taken at"><Hooks hooks={hooks} /></Section>
      <Section title="Inbox" beside={<Select aria-label="How it stands" value={status} options={statuses} onPick={(value) => go(value, "")} />}>
        {rows.length === 0 ? <Nothing status={status} before={before} path={hooks[0]?.path} /> : <Table label="Webhooks" columns={columns(runs)} rows={rows} rowKey={({ id }) => id} />}
        {(before !== "" || next !== null) && (
          <nav className="buttons" aria-label="Pages">
            <Button disabled={before === ""} onClick={() => go(status, "")}>Newest</Button>
            <Button disabled={next === null} onClick={() => go(status, String(next))}>Older</Button>
          </nav>
        )}
      </Section>
    </>
  );
}

function Nothing({ status, before, path }: { status: string; before: string; path: string | undefined }) {
  if (before !== "") return <Empty title="There is nothing older" icon="inbox" />;
  if (status === "dead") return <Empty title="None was given up" icon="check">Whatever came in was delivered, or is on its way.</Empty>;
  if (status !== "") return <Empty title="None is like that" icon="inbox" />;
  return (
    <Empty title="Nothing has come in yet" icon="inbox" {...(path !== undefined && { command: commands.send(addressOf(path)) })}>
      A sender posts to one of the addresses above, with the secret or the signature that it asks for.
    </Empty>
  );
}

function columns(runs: readonly FlowRunRow[]): Column<WebhookRow>[] {
  const byId = new Map(runs.map((run) => [run.id, run]));
  return [
    { key: "path", title: "Path", width: "minmax(140px, 1fr)", narrow: "name", cell: ({ id, path }) => <Link to={paths.webhook} params={{ id }} data-open title={path}>{path.replace("/webhooks/", "")}</Link> },
    { key: "status", title: "Stands", width: "112px", narrow: "state", cell: (row) => <Status look={webhookLook(row)} /> },
    { key: "became", title: "Became", width: "minmax(160px, 2fr)", narrow: "where", cell: (row) => <Became row={row} run={byId.get(row.made?.id ?? "")} /> },
    { key: "attempts", title: "Attempts", width: "72px", right: true, cell: ({ attempts }) => attempts },
    { key: "next", title: "Next try", width: "76px", right: true, cell: ({ next_attempt }) => <Time at={next_attempt} /> },
    { key: "size", title: "Body", width: "84px", right: true, cell: ({ size }) => bytes(size) },
    { key: "received", title: "Received", width: "88px", right: true, narrow: "when", cell: ({ received }) => <Time at={received} /> },
  ];
}
