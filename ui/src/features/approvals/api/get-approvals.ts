import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { ApprovalRow } from "@/api/schema";
import type { Rows } from "@/api/types";
import { learnTime } from "@/lib/time";

/** Runs that are paused, with what they ask for. */
export const approvals = queryOptions({
  queryKey: ["approvals"],
  queryFn: async ({ signal }) => {
    const rows = await get<Rows<ApprovalRow>>("/reeve/approvals", signal);
    learnTime(rows.now);
    return rows;
  },
  meta: { topics: ["flow-run"] },
});
