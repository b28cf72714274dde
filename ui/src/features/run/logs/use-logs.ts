import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Id, Log } from "@/api/types";
import { server } from "@/config/server";
import { subscribe } from "@/lib/socket";
import { type LogFilters, logFilter, logPage, runLogs } from "../api/get-logs";

export interface Lines {
  /** How many there are; not all of them are here. */
  total: number;
  /** The line at a place, undefined while it is on its way. */
  at: (index: number) => Log | undefined;
  firstError: number | null;
  /** The place of the line that was asked for. */
  found: number | null;
  pending: boolean;
  error: Error | null;
}

/** The websocket passes by level and task alone; the text is looked at here. */
export function fits(log: Log, { text }: LogFilters): boolean {
  const part = text.trim().toLowerCase();
  return part === "" || `${log.message} ${log.name}`.toLowerCase().includes(part);
}

/** Lines that the pages do not have yet: each once, in the order in which they came. */
export function newer(received: readonly Log[], pages: readonly Log[]): Log[] {
  const known = new Set(pages.map((log) => log.id));
  return received.filter((log) => !known.has(log.id) && known.add(log.id));
}

/** How often a server is asked that does not stream, in ms. */
const lookEvery = 1500;

/** How many lines that were received are kept before the pages, which let go of those that are not looked at, have them. */
const mostReceived = 2000;

/**
 * The logs of a run: pages as they are looked at, and while the run goes on what is added. The subscription begins
 * before the first page is asked for, so that no line falls between them; the last page tells what came twice. A
 * server that does not stream logs is asked every now and then instead.
 */
export function useLogs(run: Id, filters: LogFilters, seen: [number, number], find: Id | null, live: boolean): Lines {
  const [received, setReceived] = useState<Log[]>([]);
  const [connected, setConnected] = useState(false);
  const key = JSON.stringify(filters);
  const streams = live && server.streams_logs;
  const first = useQuery({ ...runLogs(run, filters, 0, find), enabled: !streams || connected, refetchInterval: live && !streams ? lookEvery : false });
  const { refetch } = first;
  useEffect(() => {
    setReceived([]);
    if (!streams) return;
    let opened = false;
    return subscribe({
      path: "/logs/out",
      hello: () => ({ type: "filter", filter: { ...logFilter({ ...(JSON.parse(key) as LogFilters), text: "" }), flow_run_id: { any_: [run] } } }),
      onMessage: (message) => {
        const { log } = message as { log?: Log };
        if (log && fits(log, JSON.parse(key) as LogFilters)) setReceived((before) => [...before, log]);
      },
      onLink: (link) => {
        setConnected(link !== "connecting");
        if (link !== "open") return;
        if (opened) { // lines may have been missed
          setReceived([]);
          void refetch();
        }
        opened = true;
      },
    });
  }, [run, key, streams, refetch]);

  const asked = useRef(false);
  useEffect(() => {
    if (received.length < mostReceived || asked.current) return;
    asked.current = true;
    void refetch().finally(() => {
      asked.current = false;
      setReceived((now) => now.slice(received.length)); // empty, when another run or filter was chosen meanwhile
    });
  }, [received.length, refetch]);

  const stored = first.data?.total ?? 0;
  const wanted = useMemo(() => {
    const last = Math.max(0, Math.ceil(stored / logPage) - 1);
    const from = Math.min(Math.floor(seen[0] / logPage), last);
    const to = Math.min(Math.floor(Math.max(0, seen[1] - 1) / logPage), last);
    const pages = new Set<number>();
    for (let page = from; page <= to; page++) pages.add(page);
    if (received.length > 0) pages.add(last);
    return [...pages];
  }, [seen, stored, received.length]);
  const pages = useQueries({ queries: wanted.map((page) => ({ ...runLogs(run, filters, page, null, (page + 1) * logPage > stored ? stored : 0), placeholderData: keepPreviousData, enabled: first.isSuccess && (find !== null || page > 0) })) });

  const byPage = new Map<number, Log[]>();
  if (first.data) byPage.set(first.data.offset / logPage, first.data.logs);
  wanted.forEach((page, i) => {
    const data = pages[i]?.data;
    if (data?.offset === page * logPage) byPage.set(page, data.logs); // while one is on its way the one before is given, which may be another page
  });
  const lastPage = Math.max(0, Math.ceil(stored / logPage) - 1);
  // Of a page that was read later than the total only what the total counts is shown from it.
  const last = (byPage.get(lastPage) ?? []).slice(0, stored - lastPage * logPage);
  const tail = newer(received, last);
  const tailError = tail.findIndex((log) => log.level >= 40);
  return {
    total: stored + tail.length,
    at: (index) => (index >= stored ? tail[index - stored] : byPage.get(Math.floor(index / logPage))?.[index % logPage]),
    firstError: first.data?.first_error ?? (tailError >= 0 ? stored + tailError : null),
    found: first.data?.at ?? null,
    pending: first.isPending,
    error: first.error,
  };
}
