import { grouped } from "@/lib/numbers";
import { Link } from "@/lib/router";
import { useMemo } from "react";
import type { FlowItem, Item, MonthMoney, Size, Usage } from "@/api/schema";
import { type Column, Table } from "@/components/table";
import { paths } from "@/config/paths";
import { duration } from "@/lib/time";
import { amount } from "../words";

interface FlowRow {
  /** "" for the time without a run. */
  flow: string;
  runs: number;
  ran: number;
  awake: number;
  money: FlowItem | undefined;
}

/** What each flow used, with what its part of the time awake costs where prices are known. */
export function FlowCosts({ usage, money }: { usage: Usage; money: MonthMoney | null }) {
  const columns = useMemo(() => flowColumns(money?.currency ?? null), [money?.currency]);
  const costs = new Map(money?.per_flow.map((item) => [item.flow, item]));
  const rows: FlowRow[] = usage.flows.map(({ flow, runs, run_seconds: ran, awake_seconds: awake }) => ({ flow, runs, ran, awake, money: costs.get(flow) }));
  if (money) rows.push({ flow: "", runs: 0, ran: 0, awake: usage.idle_seconds, money: costs.get("") });
  return <Table label="What flows used" columns={columns} rows={rows} rowKey={({ flow }) => flow} />;
}

function flowColumns(currency: string | null): Column<FlowRow>[] {
  return [
    { key: "flow", title: "Flow", width: "minmax(140px, 2fr)", narrow: "name", cell: ({ flow }) => (flow === "" ? <span className="muted">without a run</span> : <Link to={paths.runs} search={{ flow, when: "30d" }}>{flow}</Link>) },
    { key: "runs", title: "Runs", width: "80px", right: true, narrow: "state", cell: ({ flow, runs }) => (flow === "" ? <span className="faint">–</span> : grouped(runs)) },
    { key: "ran", title: "Ran", width: "100px", right: true, cell: ({ flow, ran }) => (flow === "" ? <span className="faint">–</span> : duration(ran)) },
    { key: "awake", title: "Kept it awake", width: "110px", right: true, narrow: "where", cell: ({ awake }) => duration(awake) },
    ...(currency === null ? [] : [
      { key: "so-far", title: "So far", width: "96px", right: true, cell: ({ money }: FlowRow) => money && amount(currency, money.so_far) },
      { key: "month", title: "A month", width: "96px", right: true, narrow: "when" as const, cell: ({ money }: FlowRow) => money && amount(currency, money.month) },
    ]),
  ];
}

/** The lines of the bill. */
export function Items({ money: { currency, items, total } }: { money: MonthMoney }) {
  const columns: Column<Item>[] = [
    { key: "what", title: "For", width: "minmax(160px, 2fr)", narrow: "name", cell: (item) => (item === total ? <b>{item.what}</b> : item.what) },
    { key: "so-far", title: "So far", width: "120px", right: true, narrow: "where", cell: (item) => amount(currency, item.so_far) },
    { key: "month", title: "A month at this rate", width: "150px", right: true, narrow: "when", cell: (item) => amount(currency, item.month) },
  ];
  return <Table label="What it costs" columns={columns} rows={[...items, total]} rowKey={({ what }) => what} />;
}

/** What the machine that sleeps would cost in other sizes. */
export function Sizes({ money: { currency, machine, sizes } }: { money: MonthMoney }) {
  const columns: Column<Size>[] = [
    { key: "machine", title: "Machine", width: "minmax(160px, 2fr)", narrow: "name", cell: ({ machine: name }) => (name === machine ? <b>{name}, as it is</b> : name) },
    { key: "month", title: "A month at this rate", width: "150px", right: true, narrow: "where", cell: (size) => amount(currency, size.month) },
    { key: "always", title: "Never asleep", width: "120px", right: true, narrow: "when", cell: ({ always }) => amount(currency, always) },
  ];
  return <Table label="Other sizes" columns={columns} rows={sizes} rowKey={({ machine: name }) => name} />;
}
