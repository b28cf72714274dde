import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { SettingShown, SettingsPage as SettingsAnswer } from "@/api/schema";
import { Command } from "@/components/command";
import { Facts } from "@/components/facts";
import { NameFilter } from "@/components/name-filter";
import { Page, Section, useTitle } from "@/components/page";
import { type Column, Table } from "@/components/table";
import { Tabs } from "@/components/tabs";
import { Time } from "@/components/time";
import { Empty, Failure, Waiting } from "@/components/views";
import { paths } from "@/config/paths";
import { server } from "@/config/server";
import { bytes } from "@/lib/bytes";
import { copiesOf } from "@/lib/copies";
import { grouped } from "@/lib/numbers";
import { onlyLooks, setOnlyLooks } from "@/lib/read-only";
import { useQueryTexts } from "@/lib/route";
import { Link, useNavigate } from "@/lib/router";
import { settingsPage } from "./api/get-settings";
import { BackupPanel } from "./components/backup-panel";
import { RetentionPanel } from "./components/retention-panel";
import { UsagePanel } from "./components/usage-panel";
import { aboutKeeping } from "./words";
import "./settings.css";

/** What serves, how it was set, what it keeps and what it costs. Settings are changed where they were set. */
export function SettingsPage() {
  useTitle("Settings");
  const { tab = "about", month = "" } = useQueryTexts();
  const query = useQuery(settingsPage);
  const navigate = useNavigate();
  if (query.isPending) return <Waiting what="the settings" />;
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  const page = query.data;
  const go = (search: Record<string, string>) => void navigate({ to: paths.settings, search, replace: true, resetScroll: false });
  return (
    <Page title="Settings">
      <Tabs label="Settings" current={tab} onPick={(key) => go(key === "about" ? {} : { tab: key })} tabs={[
        { key: "about", label: "About", body: () => <About page={page} /> },
        { key: "server", label: "Server", body: () => <Settings all={page.settings} /> },
        { key: "keeping", label: "Retention", body: () => <Keeping page={page} /> },
        { key: "backup", label: "Backup", body: () => <BackupPanel copies={copiesOf(page.backup)} /> },
        { key: "access", label: "Access", body: () => <Access /> },
        { key: "cost", label: "Sleep and cost", body: () => <div className="settings-tab"><Sleep page={page} /><UsagePanel month={month} onMonth={(next) => go({ tab: "cost", ...(next && { month: next }) })} /></div> },
      ]} />
    </Page>
  );
}

function About({ page: { version, files, runs, events } }: { page: SettingsAnswer }) {
  return (
    <div className="settings-tab">
      <Facts facts={[{ name: "Reeve", value: version.reeve }, { name: "Speaks as Prefect", value: version.prefect }, { name: "API", value: version.api }, { name: "Clock", value: <Time at={version.now} /> }]} />
      <Facts facts={[{ name: "Database", value: bytes(files.database) }, { name: "Volume", value: files.volume > 0 ? bytes(files.volume) : "–" }, { name: "Runs", value: `${grouped(runs)}${runs >= 10_000 ? "+" : ""}` }, { name: "Events", value: grouped(events) }]} />
      <Section title="Look closer"><div className="buttons"><Command text="reeve doctor" /><Command text="reeve status" /><Command text={`curl ${new URL("metrics", document.baseURI).href}`} /></div></Section>
      <Section title="This browser">
        <label className="check"><input type="checkbox" checked={onlyLooks} disabled={server.read_only} onChange={() => setOnlyLooks(!onlyLooks)} />Only look: nothing can be changed, as for a screen on the wall</label>
        {server.read_only && <p className="muted">The pages of this server only show, in every browser (<code>ui_read_only</code>). Programs and the command line change things.</p>}
      </Section>
    </div>
  );
}

/** Who may do what: as much of it as there is. */
function Access() {
  return (
    <div className="settings-tab">
      <Facts facts={[
        { name: "Who may use it", value: server.auth ? "whoever has the password" : "whoever reaches it" },
        { name: "What pages may change", value: server.read_only ? "nothing" : "everything" },
      ]} />
      {!server.auth && <p className="muted">With <code>PREFECT_SERVER_API_AUTH_STRING</code> the server asks everybody for one password.</p>}
      <Section title="Keys and roles"><p className="muted">This version has one password for all: keys with names, and roles that limit what they may do, will stand here.</p></Section>
      <Section title="Audit trail"><p className="muted">Nobody has a name here yet, so the server does not write down who changed what. What changed stands among the events.</p><p><Link to={paths.events}>Events</Link></p></Section>
    </div>
  );
}

const columns: Column<SettingShown>[] = [
  { key: "key", title: "Setting", width: "minmax(220px, 1.4fr)", narrow: "name", cell: ({ key, env }) => <code title={env}>{key}</code> },
  { key: "value", title: "Value", width: "minmax(120px, 1fr)", narrow: "where", cell: ({ value }) => (value === "" ? <span className="faint">none</span> : <span title={value}>{value}</span>) },
  { key: "from", title: "Set by", width: "minmax(100px, .8fr)", narrow: "state", cell: ({ from, works }) => (from === "" ? <span className="faint">default</span> : <span title={from}>{from}{!works && " (no effect here)"}</span>) },
  { key: "help", title: "What it does", width: "minmax(160px, 1.6fr)", cell: ({ help }) => <span className="muted" title={help}>{help}</span> },
];

function Settings({ all }: { all: readonly SettingShown[] }) {
  const [part, setPart] = useState("");
  const [given, setGiven] = useState(false);
  const wanted = part.toLowerCase();
  const rows = all.filter(({ key, env, help, from }) => (!given || from !== "") && `${key} ${env} ${help}`.toLowerCase().includes(wanted));
  return (
    <div className="settings-tab">
      <div className="buttons">
        <NameFilter label="Part of a setting" value={part} onChange={setPart} />
        <label className="check"><input type="checkbox" checked={given} onChange={() => setGiven(!given)} />Only what was set</label>
        <Command text="reeve config check" />
      </div>
      {rows.length === 0 ? <Empty title={given && part === "" ? "Everything is as it comes" : "No setting is like that"} icon="gear">Settings come from reeve.toml, the environment and flags.</Empty>
        : <Table label="Settings" columns={columns} rows={rows} rowKey={({ key }) => key} virtual />}
    </div>
  );
}

function Keeping({ page: { settings, files } }: { page: SettingsAnswer }) {
  const rows = settings.filter(({ key }) => aboutKeeping(key));
  return (
    <div className="settings-tab">
      <p className="muted">The database has {bytes(files.database)}. What is older than these times is deleted in the background; where nothing is set, it is kept for ever.</p>
      <RetentionPanel />
      {rows.length === 0 ? <Empty title="Nothing says how long things are kept" icon="gear" /> : <Table label="Retention" columns={columns} rows={rows} rowKey={({ key }) => key} />}
    </div>
  );
}

function Sleep({ page: { outlook } }: { page: SettingsAnswer }) {
  if (!outlook) return null;
  return (
    <Section title="Sleep">
      <p className="card sleep-now">{outlook.reasons.length > 0 ? <>It is awake because {outlook.reasons.join("; ")}.</> : server.sleeps ? "Nothing keeps it awake." : "Nothing would keep it awake; it is not set to sleep."}
        {outlook.next_deadline && <span className="muted"> Next due <Time at={outlook.next_deadline} />.</span>}</p>
    </Section>
  );
}
