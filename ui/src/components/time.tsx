import { useSyncExternalStore } from "react";
import { duration, exact, now, relative } from "@/lib/time";

/** One clock for all times on the page. It stands still while the page is hidden. */
const ticking = new Set<() => void>();
let timer = 0;
let tick = 0;

function listen(listener: () => void): () => void {
  ticking.add(listener);
  if (ticking.size === 1) {
    timer = window.setInterval(() => {
      if (document.hidden) return;
      tick++;
      for (const each of ticking) each();
    }, 1000);
  }
  return () => {
    ticking.delete(listener);
    if (ticking.size === 0) window.clearInterval(timer);
  };
}

/** Lets a component show what depends on the time, once a second. */
export function useTick(): void {
  useSyncExternalStore(listen, () => tick);
}

/** A moment, as long ago as it is; the exact value, here and in UTC, on hover. */
export function Time({ at }: { at: string | null | undefined }) {
  useTick();
  if (!at) return <span className="faint">–</span>;
  const ms = Date.parse(at);
  return <time dateTime={at} title={exact(ms)}>{relative(ms, now())}</time>;
}

interface LengthProps {
  seconds: number;
  /** Since when it has been growing by itself; null for what has ended. */
  since?: string | null;
}

/** A length of time, which grows while what it measures goes on. */
export function Length({ seconds, since = null }: LengthProps) {
  useTick();
  const more = since ? Math.max(0, (now() - Date.parse(since)) / 1000) : 0;
  const whole = seconds + more;
  if (whole === 0 && !since) return <span className="faint">–</span>;
  return <span title={`${whole.toFixed(3)} s`}>{since ? duration(Math.floor(whole)).replace(".0 s", " s") : duration(whole)}</span>;
}
