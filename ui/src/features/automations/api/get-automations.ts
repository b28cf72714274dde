import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { ask } from "@/api/client";
import type { Rows } from "@/api/types";
import { learnTime } from "@/lib/time";
import type { AutomationRow, Names } from "../types";

export const pageSize = 200;

/** Automations by name, with what came of each. */
export function automationRows(page: number) {
  return queryOptions({
    queryKey: ["automations", page],
    queryFn: async ({ signal }) => {
      const rows = await ask<Rows<AutomationRow> & { names: Names }>("/reeve/automations/rows", { limit: pageSize, offset: (page - 1) * pageSize }, signal);
      learnTime(rows.now);
      return rows;
    },
    placeholderData: keepPreviousData,
    meta: { topics: ["automation"] },
  });
}
