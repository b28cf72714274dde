import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Id } from "@/api/types";
import { learnTime } from "@/lib/time";
import type { Overview } from "../types";

export function automationOverview(id: Id) {
  return queryOptions({
    queryKey: ["automation", id],
    queryFn: async ({ signal }) => {
      const overview = await get<Overview>(`/reeve/automations/${encodeURIComponent(id)}/overview`, signal);
      learnTime(overview.now);
      return overview;
    },
    meta: { topics: ["automation"], about: id },
  });
}
