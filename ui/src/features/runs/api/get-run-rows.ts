import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { ask } from "@/api/client";
import type { GroupRow } from "@/api/schema";
import type { FlowRunRow, Rows, TaskRunRow } from "@/api/types";
import { learnTime, now } from "@/lib/time";
import { type RunFilters, toBody, toGroupBody } from "../filters";

async function read<T>(kind: "flow" | "task", filters: RunFilters, signal: AbortSignal): Promise<Rows<T>> {
  const rows = await ask<Rows<T>>(`/reeve/${kind}_runs/rows`, toBody(filters, now()), signal);
  learnTime(rows.now);
  return rows;
}

const shared = { placeholderData: keepPreviousData };

export function flowRunRows(filters: RunFilters) {
  return queryOptions({
    ...shared,
    queryKey: ["flow-run-rows", filters],
    queryFn: ({ signal }) => read<FlowRunRow>("flow", filters, signal),
    meta: { topics: ["flow-run"] },
  });
}

export function taskRunRows(filters: RunFilters) {
  return queryOptions({
    ...shared,
    queryKey: ["task-run-rows", filters],
    queryFn: ({ signal }) => read<TaskRunRow>("task", filters, signal),
    meta: { topics: ["task-run"] },
  });
}

/** The runs in groups, those with the most runs first. */
export function runGroups(filters: RunFilters) {
  return queryOptions({
    ...shared,
    queryKey: ["run-groups", filters],
    queryFn: async ({ signal }) => {
      const groups = await ask<Rows<GroupRow>>(`/reeve/${filters.kind}_runs/groups`, toGroupBody(filters, now()), signal);
      learnTime(groups.now);
      return groups;
    },
    meta: { topics: [`${filters.kind}-run`] },
  });
}
