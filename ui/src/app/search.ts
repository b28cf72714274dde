import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Id, RunState } from "@/api/types";

/** Something with a name. Runs have a state. */
export interface Found {
  kind: "run" | "flow" | "deployment" | "pool";
  id: Id;
  name: string;
  run: RunState | null;
  /** The flow of a deployment. */
  of: string;
  paused: boolean;
  /** Whether a run has a deployment: then a worker can start it. */
  deployed: boolean;
}

export function search(text: string) {
  return queryOptions({
    queryKey: ["search", text],
    queryFn: ({ signal }) => get<Found[]>(`/reeve/search?q=${encodeURIComponent(text)}`, signal),
  });
}
