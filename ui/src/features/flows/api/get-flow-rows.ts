import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { ask } from "@/api/client";
import type { FlowRow } from "@/api/schema";
import type { Rows } from "@/api/types";
import { learnTime } from "@/lib/time";
import { type FlowFilters, toBody } from "../filters";

export type { FlowRow };

export function flowRows(filters: FlowFilters) {
  return queryOptions({
    queryKey: ["flow-rows", filters],
    queryFn: async ({ signal }) => {
      const rows = await ask<Rows<FlowRow>>("/reeve/flows/rows", toBody(filters), signal);
      learnTime(rows.now);
      return rows;
    },
    placeholderData: keepPreviousData,
    meta: { topics: ["flow", "flow-run", "deployment"] },
  });
}
