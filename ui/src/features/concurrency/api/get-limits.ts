import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Rows } from "@/api/types";
import { learnTime } from "@/lib/time";
import type { Limit } from "../types";

export const limitRows = queryOptions({
  queryKey: ["limits"],
  queryFn: async ({ signal }) => {
    const rows = await get<Rows<Limit>>("/reeve/concurrency_limits", signal);
    learnTime(rows.now);
    return rows;
  },
  meta: { topics: ["concurrency-limit"] },
});
