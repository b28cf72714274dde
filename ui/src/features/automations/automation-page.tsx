import { useQuery } from "@tanstack/react-query";
import { grouped } from "@/lib/numbers";
import { useNavigate } from "@/lib/router";
import { Command } from "@/components/command";
import { Facts } from "@/components/facts";
import { JsonView } from "@/components/json-view";
import { Page, useTitle } from "@/components/page";
import { Status } from "@/components/status";
import { Tabs } from "@/components/tabs";
import { Tags } from "@/components/tags";
import { Time } from "@/components/time";
import { Empty, Failure, Waiting } from "@/components/views";
import { paths } from "@/config/paths";
import { usePathParam, useQueryTexts } from "@/lib/route";
import { automationOverview } from "./api/get-automation";
import { AutomationActions } from "./components/automation-actions";
import { Deliveries } from "./components/deliveries";
import { Firings } from "./components/firings";
import { Preview } from "./components/preview";
import { Reading } from "./components/reading";
import { bodyOf, draftOf } from "./draft";
import { sentence } from "./sentence";
import type { Overview } from "./types";
import { commands, enabledLook } from "./words";
import "./automations.css";

export function AutomationPage() {
  const id = usePathParam("id");
  const query = useQuery(automationOverview(id));
  if (query.isPending) return <Waiting what="the automation" />;
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  return <Shown key={id} overview={query.data} />;
}

function Shown({ overview }: { overview: Overview }) {
  const { automation, figures, names, firings, deliveries } = overview;
  const { tab = "deliveries" } = useQueryTexts();
  const navigate = useNavigate();
  useTitle(automation.name);
  const pick = (key: string) => void navigate({ to: paths.automation, params: { id: automation.id }, search: key === "deliveries" ? {} : { tab: key }, replace: true, resetScroll: false });
  return (
    <Page title={automation.name} beside={<><Status look={enabledLook(automation.enabled)} strong /><Tags tags={automation.tags} /></>} actions={<AutomationActions automation={automation} />}>
      <p className="automation-sentence">{sentence(automation, names)}</p>
      {automation.description && <p className="muted">{automation.description}</p>}
      <Facts facts={[
        { name: "Last fired", value: <Time at={figures.last_fired} /> },
        { name: "On the way", value: grouped(figures.waiting) },
        { name: "Given up", value: figures.dead > 0 ? <span className="died">{grouped(figures.dead)}</span> : "0" },
        { name: "Changed", value: <Time at={automation.updated} /> },
      ]} />
      <Tabs label="About the automation" current={tab} onPick={pick} tabs={[
        { key: "deliveries", label: "Deliveries", count: deliveries.length, body: () => deliveries.length > 0 ? <Deliveries rows={deliveries} /> : <Empty title="It has not done anything yet" icon="bolt">When it fires, each of its actions stands here with the answer that came back.</Empty> },
        { key: "firings", label: "Firings", count: firings.length, body: () => firings.length > 0 ? <Firings firings={firings} deliveries={deliveries} /> : <Empty title="It has not fired yet" icon="bolt" /> },
        { key: "what", label: "Trigger and actions", body: () => <Reading automation={automation} names={names} /> },
        { key: "preview", label: "Replay", body: () => <div className="preview-tab"><Preview of={automation.id} /><Command text={commands.preview(automation.id)} /></div> },
        { key: "json", label: "JSON", body: () => <><div className="card"><JsonView value={bodyOf(draftOf(automation))} empty="" /></div><p className="after-json"><Command text={commands.inspect(automation.name)} /></p></> },
      ]} />
    </Page>
  );
}
