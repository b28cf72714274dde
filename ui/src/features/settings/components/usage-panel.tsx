import { useQuery } from "@tanstack/react-query";
import type { CostPage, MonthMoney, Usage } from "@/api/schema";
import { Button } from "@/components/button";
import { Command } from "@/components/command";
import { Facts } from "@/components/facts";
import { Section } from "@/components/page";
import { Empty, Failure, Waiting } from "@/components/views";
import { commandLine } from "@/lib/command-line";
import { grouped } from "@/lib/numbers";
import { duration } from "@/lib/time";
import { monthCost } from "../api/get-settings";
import { monthBeside, amount } from "../words";
import { FlowCosts, Items, Sizes } from "./cost-tables";

/** What a month used and what that costs: how long the server was awake, who woke it, and what each flow has of that. */
export function UsagePanel({ month, onMonth }: { month: string; onMonth: (month: string) => void }) {
  const query = useQuery(monthCost(month));
  if (query.isPending) return <Waiting what="what was used" />;
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  return <Shown page={query.data} now={month === ""} onMonth={onMonth} />;
}

function Shown({ page: { usage, money, problem }, now, onMonth }: { page: CostPage; now: boolean; onMonth: (month: string) => void }) {
  const reasons = Object.entries(usage.wakes_by_reason).sort(([, a], [, b]) => b - a);
  return (
    <>
      <Section title={`Used in ${usage.month}`} beside={
        <span className="buttons"><Button className="small" onClick={() => onMonth(monthBeside(usage.month, -1))}>Month before</Button><Button className="small" disabled={now} onClick={() => onMonth("")}>This month</Button></span>
      }>
        <Facts facts={[
          { name: "Awake", value: duration(usage.awake_seconds) }, { name: "Without a run", value: duration(usage.idle_seconds) }, { name: "Woken", value: grouped(usage.wakes) },
          ...(money ? [{ name: "Cost so far", value: amount(money.currency, money.total.so_far) }, { name: "A month at this rate", value: amount(money.currency, money.total.month) }] : []),
        ]} />
        {reasons.length > 0 && <p className="muted">Woken by {reasons.map(([reason, times]) => `${reason} (${grouped(times)})`).join(", ")}.</p>}
        {problem !== "" && <p className="muted">What it costs is not known: {problem}.</p>}
        {usage.flows.length === 0 && !money ? <Empty title="Nothing ran" icon="runs" /> : <FlowCosts usage={usage} money={money} />}
      </Section>
      {money && <Money usage={usage} money={money} />}
      <div><Command text={commandLine("reeve", "cost", ...(now ? [] : ["--month", usage.month]))} /></div>
    </>
  );
}

function Money({ usage, money }: { usage: Usage; money: MonthMoney }) {
  const measured = [usage.from, usage.to].map((at) => at.slice(0, 16).replace("T", " ")).join(" until ");
  return (
    <>
      <Section title="What it costs"><Items money={money} /></Section>
      <Section title="In other sizes"><Sizes money={money} /></Section>
      <p className="muted">Measured from {measured} UTC. Prices are of {money.prices_as_of}, for months of 30 days; what has changed is set in reeve.toml, <code>[cost]</code>.</p>
      <p><a href={money.prices_source} target="_blank" rel="noreferrer">Whether the prices still hold</a></p>
    </>
  );
}
