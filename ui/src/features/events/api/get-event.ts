import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Id } from "@/api/types";
import { learnTime } from "@/lib/time";
import type { EventOverview } from "../types";

export function eventOverview(id: Id) {
  return queryOptions({
    queryKey: ["event", id],
    queryFn: async ({ signal }) => {
      const overview = await get<EventOverview>(`/reeve/events/${encodeURIComponent(id)}/overview`, signal);
      learnTime(overview.now);
      return overview;
    },
    staleTime: Infinity, // what happened stays as it was
  });
}
