import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type * as api from "@/api/schema";
import type { Id } from "@/api/types";
import type { Schema } from "@/lib/schema";
import { learnTime } from "@/lib/time";

export type DeploymentSchedule = api.DeploymentSchedule;

export type Deployment = Omit<api.DeploymentResponse, "parameter_openapi_schema"> & { parameter_openapi_schema: Schema | null };

/** The next times of a schedule, or why there are none. */
export type ScheduleTimes = api.ScheduleTimes;

/** `times` has one entry for each schedule, in their order. */
export type DeploymentOverview = Omit<api.DeploymentOverview, "deployment"> & { deployment: Deployment };

/** What becomes of a run that finds the limit full. */
export type Collision = "ENQUEUE" | "CANCEL_NEW";

export function deploymentOverview(id: Id) {
  return queryOptions({
    queryKey: ["deployment-overview", id],
    queryFn: async ({ signal }) => {
      const overview = await get<DeploymentOverview>(`/reeve/deployments/${id}/overview`, signal);
      learnTime(overview.now);
      return overview;
    },
    meta: { topics: ["deployment", "flow-run"], about: id },
  });
}
