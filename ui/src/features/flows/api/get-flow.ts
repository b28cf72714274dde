import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { FlowOverview } from "@/api/schema";
import type { Id } from "@/api/types";
import { learnTime } from "@/lib/time";

export type { FlowOverview };

export function flowOverview(id: Id) {
  return queryOptions({
    queryKey: ["flow", id],
    queryFn: async ({ signal }) => {
      const overview = await get<FlowOverview>(`/reeve/flows/${id}/overview`, signal);
      learnTime(overview.now);
      return overview;
    },
    meta: { topics: ["flow", "flow-run", "deployment"], about: id },
  });
}
