import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import { ask } from "@/api/client";
import type { RunLogs } from "@/api/schema";
import type { Id, Log, TaskRunRow } from "@/api/types";
import { IconButton } from "@/components/button";
import { Input, Select } from "@/components/field";
import { Empty, Failure } from "@/components/views";
import { tell } from "@/components/toast";
import { grouped } from "@/lib/numbers";
import { exact, fineClock } from "@/lib/time";
import { logFilter, type LogFilters } from "../api/get-logs";
import { useLogs } from "./use-logs";
import "./log-panel.css";

interface Props {
  run: Id;
  name: string;
  tasks: readonly TaskRunRow[];
  live: boolean;
  /** The task that is chosen on the page. */
  task: Id | null;
  onTask: (task: Id | null) => void;
  /** A line to begin at, from the URL. */
  line: Id | null;
  onLine: (line: Id) => void;
}

const levels = [
  { value: "0", label: "All levels" }, { value: "20", label: "Info and above" }, { value: "30", label: "Warnings and above" }, { value: "40", label: "Errors" },
];
const words: [number, string][] = [[50, "critical"], [40, "error"], [30, "warning"], [20, "info"], [0, "debug"]];
/** As the column has them. */
const short: Record<string, string> = { critical: "crit", warning: "warn" };

export function levelWord(level: number): string {
  return words.find(([least]) => level >= least)?.[1] ?? "debug";
}

/** The logs of a run: live, drawn as far as they are seen, filtered by level, task and text. */
export function LogPanel({ run, name, tasks, live, task, onTask, line, onLine }: Props) {
  const [level, setLevel] = useState(0);
  const [text, setText] = useState("");
  const [typed, setTyped] = useState("");
  useEffect(() => {
    const timer = window.setTimeout(() => setText(typed), 250);
    return () => window.clearTimeout(timer);
  }, [typed]);
  const filters: LogFilters = { level, task, text };
  const box = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState<[number, number]>([0, 0]);
  const lines = useLogs(run, filters, seen, line, live);
  const follow = useRef(live && !line);
  const rows = useVirtualizer({ count: lines.total, getScrollElement: () => box.current, estimateSize: () => 24, overscan: 20 });
  const items = rows.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, (items.at(-1)?.index ?? -1) + 1];
  useEffect(() => setSeen((before) => (before[0] === first && before[1] === last ? before : [first, last])), [first, last]);
  useEffect(() => {
    if (follow.current && lines.total > 0) rows.scrollToIndex(lines.total - 1, { align: "end" });
  }, [lines.total, rows]);
  useEffect(() => {
    if (lines.found !== null) rows.scrollToIndex(lines.found, { align: "center" });
  }, [lines.found, rows]);
  const taskNames = new Map(tasks.map((each) => [each.id, each.name]));
  const filtered = level > 0 || task !== null || text !== "";
  return (
    <section className="logs card" aria-label="Logs">
      <header className="logs-head">
        <Input type="search" placeholder="Find in logs …" aria-label="Find in logs" value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
        <Select aria-label="Level" value={String(level)} options={levels} onPick={(value) => setLevel(Number(value))} />
        {task && <button type="button" className="button logs-task" onClick={() => onTask(null)} title="Show the logs of all tasks"><span className="cut">{taskNames.get(task) ?? "One task"}</span> ×</button>}
        <span className="logs-tools">
          {lines.firstError !== null && (
            <button type="button" className="button quiet error" onClick={() => { follow.current = false; rows.scrollToIndex(lines.firstError ?? 0, { align: "center" }); }}>First error</button>
          )}
          <IconButton label="To the end" icon="arrow-down" onClick={() => { follow.current = live; rows.scrollToIndex(Math.max(0, lines.total - 1), { align: "end" }); }} />
          <IconButton label="Download what is shown" icon="download" onClick={() => void download(run, name, filters).catch((error: unknown) => tell(error instanceof Error ? error.message : "The logs cannot be read.", true))} />
        </span>
      </header>
      <div ref={box} className="logs-box" tabIndex={0} role="log" aria-label="Log lines" aria-live="off"
        onScroll={(event) => { const b = event.currentTarget; follow.current = live && b.scrollHeight - b.scrollTop - b.clientHeight < 40; }}>
        {lines.error && <Failure error={lines.error} />}
        {!lines.pending && !lines.error && lines.total === 0 && (
          <Empty title={filtered ? "No line is like that" : live ? "No logs yet" : "It wrote no logs"} icon="runs">
            {filtered ? "Take a filter away to see more." : "What a flow writes with get_run_logger() appears here."}
          </Empty>
        )}
        <div style={{ height: rows.getTotalSize(), position: "relative" }}>
          {items.map((item) => (
            <Line key={item.key} index={item.index} top={item.start} measure={rows.measureElement} log={lines.at(item.index)} chosen={line}
              task={taskNames} onLine={onLine} onTask={onTask} />
          ))}
        </div>
      </div>
      <footer className="logs-foot faint">{grouped(lines.total)} {lines.total === 1 ? "line" : "lines"}{live && " · live"}</footer>
    </section>
  );
}

interface LineProps {
  index: number;
  top: number;
  log: Log | undefined;
  chosen: Id | null;
  task: ReadonlyMap<Id, string>;
  measure: (element: HTMLElement | null) => void;
  onLine: (line: Id) => void;
  onTask: (task: Id) => void;
}

function Line({ index, top, log, chosen, task, measure, onLine, onTask }: LineProps) {
  const name = log?.task_run_id ? task.get(log.task_run_id) : undefined;
  const at = log ? Date.parse(log.timestamp) : 0;
  return (
    <div ref={measure} data-index={index} className={log && log.id === chosen ? "line chosen" : "line"} style={{ transform: `translateY(${top}px)` }} data-level={log && levelWord(log.level)}>
      {log ? (
        <>
          <button type="button" className="line-time" title={`${exact(at)}\nPress for a link to this line`} onClick={() => onLine(log.id)}>{fineClock(at)}</button>
          <span className="line-level" title={levelWord(log.level)}>{short[levelWord(log.level)] ?? levelWord(log.level)}</span>
          <span className="line-text">{name && <button type="button" className="line-task" onClick={() => log.task_run_id && onTask(log.task_run_id)}>{name}</button>}{log.message}</span>
        </>
      ) : <span className="line-text faint">…</span>}
    </div>
  );
}

const mostDownloaded = 100_000;

/** Saves the lines that meet the filters as text. */
async function download(run: Id, name: string, filters: LogFilters): Promise<void> {
  const parts: string[] = [];
  for (let offset = 0; offset < mostDownloaded; offset += 1000) {
    const page = await ask<RunLogs>(`/reeve/flow_runs/${run}/logs`, { logs: logFilter(filters), offset, limit: 1000 });
    parts.push(...page.logs.map((log) => `${log.timestamp}\t${levelWord(log.level).toUpperCase()}\t${log.message}\n`));
    if (offset + page.logs.length >= page.total || page.logs.length === 0) break;
    if (parts.length >= mostDownloaded) tell(`Only the first ${grouped(mostDownloaded)} lines are saved`, true);
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(parts, { type: "text/plain" }));
  link.download = `${name}.log`;
  link.click();
  URL.revokeObjectURL(link.href);
}
