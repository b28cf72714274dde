import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Rows } from "@/api/types";
import { learnTime } from "@/lib/time";
import type { PoolRow } from "../types";

export const poolRows = queryOptions({
  queryKey: ["pools"],
  queryFn: async ({ signal }) => {
    const rows = await get<Rows<PoolRow>>("/reeve/work_pools", signal);
    learnTime(rows.now);
    return rows;
  },
  meta: { topics: ["work-pool", "work-queue", "flow-run"] },
});
