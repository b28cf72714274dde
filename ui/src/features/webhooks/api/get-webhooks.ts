import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import { learnTime } from "@/lib/time";
import type { WebhookPage } from "../types";

/** Webhooks of the inbox, the newest first; status "" for all, before "" for the newest page. */
export function webhooks(status: string, before: string) {
  return queryOptions({
    queryKey: ["webhooks", status, before],
    queryFn: async ({ signal }) => {
      const query = new URLSearchParams({ ...(status && { status }), ...(before && { before }) }).toString();
      const page = await get<WebhookPage>(`/reeve/webhooks${query && `?${query}`}`, signal);
      learnTime(page.now);
      return page;
    },
    placeholderData: keepPreviousData,
    meta: { topics: ["flow-run"] },
  });
}
