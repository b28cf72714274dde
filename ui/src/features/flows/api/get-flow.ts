import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { DeploymentRow, Id, Moment, NextRun, OwnRuns } from "@/api/types";
import { learnTime } from "@/lib/time";

export interface FlowOverview {
  flow: { id: Id; name: string; created: Moment | null; updated: Moment | null; tags: string[] };
  /** How many of its runs may be active at once; null for no limit. */
  limit: { max_concurrent: number | null; active: number | null };
  next: NextRun | null;
  runs: OwnRuns;
  deployments: DeploymentRow[];
  now: Moment;
}

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
