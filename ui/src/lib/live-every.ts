import { useLive } from "./live-context";

/**
 * How often to read again what changes without an event, such as heartbeats: every so many ms while the tab is live, and
 * never while it rests, so that the server may sleep.
 */
export function useLiveEvery(ms: number): number | false {
  const { liveness } = useLive();
  return liveness === "live" ? ms : false;
}
