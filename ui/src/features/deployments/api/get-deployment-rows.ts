import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { ask } from "@/api/client";
import type { DeploymentRow, Rows } from "@/api/types";
import { learnTime } from "@/lib/time";
import { type DeploymentFilters, toBody } from "../filters";

export function deploymentRows(filters: DeploymentFilters) {
  return queryOptions({
    queryKey: ["deployment-rows", filters],
    queryFn: async ({ signal }) => {
      const rows = await ask<Rows<DeploymentRow>>("/reeve/deployments/rows", toBody(filters), signal);
      learnTime(rows.now);
      return rows;
    },
    placeholderData: keepPreviousData,
    meta: { topics: ["deployment", "flow-run"] },
  });
}
