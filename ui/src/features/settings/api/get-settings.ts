import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { CostPage, RetentionPreview, SettingsPage } from "@/api/schema";
import { learnTime } from "@/lib/time";

/** How the server was set, how it is kept safe and until when it may sleep. */
export const settingsPage = queryOptions({
  queryKey: ["settings"],
  queryFn: async ({ signal }) => {
    const page = await get<SettingsPage>("/reeve/settings", signal);
    learnTime(page.now);
    return page;
  },
});

/** What was used in a month, "2026-11", and what that costs; "" for this one. */
export function monthCost(month: string) {
  return queryOptions({
    queryKey: ["cost", month],
    queryFn: ({ signal }) => get<CostPage>(`/reeve/cost${month && `?month=${encodeURIComponent(month)}`}`, signal),
  });
}

/** What would be deleted were runs and events kept for so many seconds; 0 for as long as is set. */
export function retention(runs: number, events: number) {
  return queryOptions({
    queryKey: ["retention", runs, events],
    queryFn: ({ signal }) => get<RetentionPreview>(`/reeve/retention?${new URLSearchParams({ runs: String(runs), events: String(events) }).toString()}`, signal),
  });
}
