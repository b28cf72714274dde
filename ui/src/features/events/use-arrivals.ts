import { useEffect, useState } from "react";
import { useLive } from "@/lib/live-context";
import { type EventFilters, grows, shows } from "./filters";
import type { FeedEvent } from "./types";

const most = 500;

/** The events that came since the page was opened and that it shows, the newest first, while it is to grow. */
export function useArrivals(filters: EventFilters, running: boolean): FeedEvent[] {
  const { follow } = useLive();
  const key = JSON.stringify(filters);
  const [arrivals, setArrivals] = useState<{ key: string; events: FeedEvent[] }>({ key, events: [] });
  useEffect(() => {
    const of = JSON.parse(key) as EventFilters;
    if (!running || !grows(of)) return;
    return follow((event) => {
      if (!shows(of, event)) return;
      setArrivals((before) => {
        const events = before.key === key ? before.events : [];
        return events.some(({ id }) => id === event.id) ? before : { key, events: [event, ...events].slice(0, most) };
      });
    });
  }, [follow, key, running]);
  return arrivals.key === key ? arrivals.events : [];
}
