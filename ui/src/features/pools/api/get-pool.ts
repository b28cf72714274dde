import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import { learnTime } from "@/lib/time";
import type { PoolOverview, Queue } from "../types";

const address = (name: string) => `/reeve/work_pools/${encodeURIComponent(name)}/overview`;

/** The queues of a pool as they are now, in the order in which they are served. */
export async function readQueues(name: string): Promise<readonly Queue[]> {
  return (await get<PoolOverview>(address(name))).queues;
}

export function poolOverview(name: string) {
  return queryOptions({
    queryKey: ["pool", name],
    queryFn: async ({ signal }) => {
      const overview = await get<PoolOverview>(address(name), signal);
      learnTime(overview.now);
      return overview;
    },
    meta: { topics: ["work-pool", "work-queue", "flow-run"] },
  });
}
