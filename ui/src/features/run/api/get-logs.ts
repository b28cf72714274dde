import { queryOptions } from "@tanstack/react-query";
import { ask } from "@/api/client";
import type { RunLogs } from "@/api/schema";
import type { Id } from "@/api/types";

export interface LogFilters {
  /** The least level. */
  level: number;
  task: Id | null;
  text: string;
}

export const logPage = 500;

/** The filter as the contract has it, for the operation and for the websocket. */
export function logFilter({ level, task, text }: LogFilters): Record<string, unknown> {
  return {
    ...(level > 0 && { level: { ge_: level } }),
    ...(task && { task_run_id: { any_: [task] } }),
    ...(text.trim() && { text: { query: `"${text.trim().replaceAll('"', " ").slice(0, 190)}"` } }),
  };
}

/**
 * One page of a run's logs; find is a log whose page is wanted. A page that may grow is another one for each number of
 * lines that there are.
 */
export function runLogs(run: Id, filters: LogFilters, page: number, find: Id | null = null, grown = 0) {
  return queryOptions({
    queryKey: ["run-logs", run, filters, find ?? page, grown],
    queryFn: ({ signal }) => ask<RunLogs>(`/reeve/flow_runs/${run}/logs`, { logs: logFilter(filters), offset: page * logPage, limit: logPage, ...(find && { find }) }, signal),
    staleTime: Infinity,
  });
}
