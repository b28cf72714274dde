import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import { learnTime } from "@/lib/time";
import type { PoolOverview } from "../types";

export function poolOverview(name: string) {
  return queryOptions({
    queryKey: ["pool", name],
    queryFn: async ({ signal }) => {
      const overview = await get<PoolOverview>(`/reeve/work_pools/${encodeURIComponent(name)}/overview`, signal);
      learnTime(overview.now);
      return overview;
    },
    meta: { topics: ["work-pool", "work-queue", "flow-run"] },
  });
}
