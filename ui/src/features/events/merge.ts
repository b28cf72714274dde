import type { FeedBar, FeedEvent } from "./types";

/** Those that came and those that were read, each once, the newest first. */
export function merged(arrivals: readonly FeedEvent[], read: readonly FeedEvent[]): FeedEvent[] {
  const known = new Set(read.map(({ id }) => id));
  const all = [...arrivals.filter(({ id }) => !known.has(id)), ...read];
  return all.sort((a, b) => Date.parse(b.occurred) - Date.parse(a.occurred));
}

/** The bars with what has come since they were counted; what is newer than the last bar counts there. */
export function counted(bars: readonly FeedBar[], arrivals: readonly FeedEvent[]): FeedBar[] {
  const all = bars.map((bar) => ({ ...bar }));
  for (const { occurred } of arrivals) {
    const at = Date.parse(occurred);
    const bar = all.find(({ start, end }) => Date.parse(start) <= at && at <= Date.parse(end)) ?? all[all.length - 1];
    if (bar) bar.count++;
  }
  return all;
}
