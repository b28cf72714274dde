import { useQuery } from "@tanstack/react-query";
import type { FlowUsage, Usage } from "@/api/schema";
import { Button } from "@/components/button";
import { Command } from "@/components/command";
import { Facts } from "@/components/facts";
import { Section } from "@/components/page";
import { type Column, Table } from "@/components/table";
import { Empty, Failure, Waiting } from "@/components/views";
import { commandLine } from "@/lib/command-line";
import { duration } from "@/lib/time";
import { usage } from "../api/get-settings";
import { monthBeside } from "../words";

const columns: Column<FlowUsage>[] = [
  { key: "flow", title: "Flow", width: "minmax(140px, 2fr)", narrow: "name", cell: ({ flow }) => flow },
  { key: "runs", title: "Runs", width: "80px", right: true, narrow: "state", cell: ({ runs }) => runs.toLocaleString("en") },
  { key: "ran", title: "Ran", width: "120px", right: true, narrow: "where", cell: ({ run_seconds: seconds }) => duration(seconds) },
  { key: "awake", title: "Kept it awake", width: "120px", right: true, narrow: "when", cell: ({ awake_seconds: seconds }) => duration(seconds) },
];

/** What a month used: how long the server was awake, who woke it, and what each flow has of that. */
export function UsagePanel({ month, onMonth }: { month: string; onMonth: (month: string) => void }) {
  const query = useQuery(usage(month));
  if (query.isPending) return <Waiting what="what was used" />;
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  return <Shown used={query.data} now={month === ""} onMonth={onMonth} />;
}

function Shown({ used, now, onMonth }: { used: Usage; now: boolean; onMonth: (month: string) => void }) {
  const reasons = Object.entries(used.wakes_by_reason).sort(([, a], [, b]) => b - a);
  return (
    <Section title={`Used in ${used.month}`} beside={
      <span className="buttons"><Button className="small" onClick={() => onMonth(monthBeside(used.month, -1))}>Month before</Button><Button className="small" disabled={now} onClick={() => onMonth("")}>This month</Button></span>
    }>
      <Facts facts={[{ name: "Awake", value: duration(used.awake_seconds) }, { name: "Without a run", value: duration(used.idle_seconds) }, { name: "Woken", value: used.wakes.toLocaleString("en") }]} />
      {reasons.length > 0 && <p className="muted">Woken by {reasons.map(([reason, times]) => `${reason} (${times.toLocaleString("en")})`).join(", ")}.</p>}
      {used.flows.length === 0 ? <Empty title="Nothing ran" icon="runs" /> : <Table label="What flows used" columns={columns} rows={used.flows} rowKey={({ flow }) => flow} />}
      <div><Command text={commandLine("reeve", "cost", ...(now ? [] : ["--month", used.month]))} /></div>
    </Section>
  );
}
