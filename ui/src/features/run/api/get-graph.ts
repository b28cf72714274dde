import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Graph } from "@/api/schema";
import type { Id } from "@/api/types";

/** What of a run came from what: its task runs and subflows. Asked for when it is looked at. */
export function runGraph(run: Id) {
  return queryOptions({
    queryKey: ["run-graph", run],
    queryFn: ({ signal }) => get<Graph>(`/flow_runs/${run}/graph-v2`, signal),
    meta: { topics: ["task-run", "flow-run"] },
  });
}
