import { infiniteQueryOptions } from "@tanstack/react-query";
import { ask } from "@/api/client";
import { learnTime, now } from "@/lib/time";
import { type EventFilters, toFilter } from "../filters";
import type { Feed, FeedPlace } from "../types";

/** Events, the newest first, page by page; the first page has the histogram and the names of all. */
export function eventFeed(filters: EventFilters) {
  return infiniteQueryOptions({
    queryKey: ["events", filters],
    queryFn: async ({ signal, pageParam: after }) => {
      const feed = await ask<Feed>("/reeve/events/feed", { filter: toFilter(filters, now()), ...(after && { after }) }, signal);
      learnTime(feed.now);
      return feed;
    },
    initialPageParam: null as FeedPlace | null,
    getNextPageParam: (last) => last.next,
    // What comes is told by the socket; what was read before is not looked at again by coming back.
    gcTime: 0,
  });
}
