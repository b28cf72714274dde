import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Delivery } from "../types";

export const deliveryPage = 100;

/** What automations did, the newest first; status "" for all. */
export function deliveries(status: string, page: number) {
  return queryOptions({
    queryKey: ["deliveries", status, page],
    queryFn: ({ signal }) => {
      const query = new URLSearchParams({ ...(status && { status }), limit: String(deliveryPage), offset: String((page - 1) * deliveryPage) });
      return get<Delivery[]>(`/reeve/deliveries?${query.toString()}`, signal);
    },
    placeholderData: keepPreviousData,
    meta: { topics: ["automation"] },
  });
}
