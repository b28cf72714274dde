import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { ask } from "@/api/client";
import type { SchedulePreviewed } from "@/api/schema";
import type { Schedule } from "@/api/types";

/** When a schedule that is not there yet would be due. */
export function schedulePreview(schedule: Schedule | null) {
  return queryOptions({
    queryKey: ["schedule-preview", schedule],
    queryFn: ({ signal }) => ask<SchedulePreviewed>("/reeve/schedules/preview", { schedule }, signal),
    enabled: schedule !== null,
    placeholderData: keepPreviousData,
    retry: false,
  });
}
