import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Id, Json, Moment, NextRun, OwnRuns, ScheduleLook } from "@/api/types";
import type { Schema } from "@/lib/schema";
import { learnTime } from "@/lib/time";

export interface DeploymentSchedule extends ScheduleLook {
  max_scheduled_runs: number | null;
  parameters: Json;
  slug: string | null;
}

/** What becomes of a run that finds the limit full. */
export type Collision = "ENQUEUE" | "CANCEL_NEW";

export interface Deployment {
  id: Id;
  name: string;
  flow_id: Id;
  created: Moment | null;
  updated: Moment | null;
  description: string | null;
  version: string | null;
  paused: boolean;
  status: string | null;
  last_polled: Moment | null;
  schedules: DeploymentSchedule[];
  global_concurrency_limit: { limit: number; active_slots: number } | null;
  concurrency_options: { collision_strategy: Collision } | null;
  parameters: Json;
  parameter_openapi_schema: Schema | null;
  enforce_parameter_schema: boolean;
  job_variables: Json | null;
  tags: string[];
  work_pool_name: string | null;
  work_queue_name: string | null;
  entrypoint: string | null;
  path: string | null;
}

/** The next times of a schedule, or why there are none. */
export interface ScheduleTimes {
  times: Moment[];
  problem: string | null;
  set_aside: string | null;
}

export interface DeploymentOverview {
  deployment: Deployment;
  flow_name: string;
  /** One for each schedule, in their order. */
  times: ScheduleTimes[];
  next: NextRun | null;
  runs: OwnRuns;
  now: Moment;
}

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
