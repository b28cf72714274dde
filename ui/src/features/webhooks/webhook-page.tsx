import { useQuery } from "@tanstack/react-query";
import { Command } from "@/components/command";
import { Facts } from "@/components/facts";
import { Page, Section, useTitle } from "@/components/page";
import { Status } from "@/components/status";
import { Time } from "@/components/time";
import { Failure, Waiting } from "@/components/views";
import { bytes } from "@/lib/bytes";
import { useLiveEvery } from "@/lib/live-every";
import { usePathParam } from "@/lib/route";
import { webhookOverview } from "./api/get-webhook";
import { Became } from "./components/became";
import { Replay } from "./components/replay";
import { TextView } from "./components/text-view";
import type { Entry, WebhookOverview } from "./types";
import { becomes, commands, webhookLook } from "./words";
import "./webhooks.css";

/** It is delivered without an event. */
const often = 5000;

export function WebhookPage() {
  const query = useQuery({ ...webhookOverview(usePathParam("id")), refetchInterval: useLiveEvery(often) });
  if (query.isPending) return <Waiting what="the webhook" />;
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  return <Shown overview={query.data} />;
}

function Shown({ overview: { webhook, hook, run, event } }: { overview: WebhookOverview }) {
  const { path, request, body } = webhook;
  useTitle(path);
  return (
    <Page title={path} beside={<Status look={webhookLook(webhook)} strong />} actions={<Replay row={webhook} />}>
      <p className="muted">{hook ? `This path ${becomes(hook)}.` : "This path is not taken any more: reeve.toml has no [[webhook]] for it."} Secrets are masked.</p>
      <Facts facts={[
        { name: "Received", value: <Time at={webhook.received} /> },
        { name: "Attempts", value: webhook.attempts },
        webhook.finished ? { name: webhook.status === "dead" ? "Given up" : "Delivered", value: <Time at={webhook.finished} /> } : { name: "Next try", value: <Time at={webhook.next_attempt} /> },
        { name: "Delivered once more", value: webhook.again },
        { name: "Body", value: bytes(webhook.size) },
      ]} />
      {webhook.reason !== "" && <Section title={webhook.status === "dead" ? "Why it was given up" : "Why the last attempt failed"}><p className="card webhook-part webhook-why">{webhook.reason}</p></Section>}
      {webhook.made && <Section title="It became"><p className="card webhook-part"><Became row={webhook} run={run ?? undefined} event={event?.event ?? null} /></p></Section>}
      <Section title="What the server is asked" beside={request.problem === "" && <span className="faint">{request.deployment ? `a run of ${request.deployment}` : "to keep an event"}, as the path is mapped now</span>}>
        {request.problem !== "" ? <p className="card webhook-part webhook-why">{request.problem}</p> : <TextView text={request.body} all={commands.show(webhook.id)} />}
      </Section>
      <Section title="Body"><TextView text={body} all={commands.show(webhook.id)} /></Section>
      <Section title="About"><About webhook={webhook} /></Section>
      <div className="buttons"><Command text={commands.show(webhook.id)} />{webhook.status !== "waiting" && <Command text={commands.replay(webhook)} />}</div>
    </Page>
  );
}

function About({ webhook: { id, delivery_id: delivery, key, headers, query } }: { webhook: Entry }) {
  const rows: [string, string, string][] = [
    ["Id", "", id], ["Delivery", "as its sender calls it", delivery ?? "–"], ["Key", "those of one key are delivered in order", key],
    ...Object.entries(query).sort().map(([name, value]): [string, string, string] => [name, "query", value]),
    ...Object.entries(headers).sort().map(([name, value]): [string, string, string] => [name, "header", value]),
  ];
  return <dl className="card webhook-about">{rows.map(([name, hint, value]) => <div key={`${hint} ${name}`}><dt>{name} <span className="faint">{hint}</span></dt><dd className="mono">{value}</dd></div>)}</dl>;
}
