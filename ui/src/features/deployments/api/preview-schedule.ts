import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { ask } from "@/api/client";
import type { Schedule } from "@/api/types";
import type { ScheduleTimes } from "./get-deployment";

/** When a schedule that is not there yet would be due. */
export function schedulePreview(schedule: Schedule | null) {
  return queryOptions({
    queryKey: ["schedule-preview", schedule],
    queryFn: ({ signal }) => ask<ScheduleTimes>("/reeve/schedules/preview", { schedule }, signal),
    enabled: schedule !== null,
    placeholderData: keepPreviousData,
    retry: false,
  });
}
