import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Id } from "@/api/types";
import { learnTime } from "@/lib/time";
import type { WebhookOverview } from "../types";

export function webhookOverview(id: Id) {
  return queryOptions({
    queryKey: ["webhook", id],
    queryFn: async ({ signal }) => {
      const overview = await get<WebhookOverview>(`/reeve/webhooks/${id}`, signal);
      learnTime(overview.now);
      return overview;
    },
    meta: { topics: ["flow-run"] },
  });
}
