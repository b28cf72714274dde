import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Id, RunOverview } from "@/api/types";
import { learnTime } from "@/lib/time";

export function runOverview(id: Id) {
  return queryOptions({
    queryKey: ["run", id],
    queryFn: async ({ signal }) => {
      const overview = await get<RunOverview>(`/reeve/flow_runs/${id}/overview`, signal);
      learnTime(overview.now);
      return overview;
    },
    meta: { topics: ["flow-run", "task-run"], about: id },
  });
}
