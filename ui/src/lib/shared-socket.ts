import { type Link, subscribe, type SubscribeOptions } from "./socket";

/** What the tab that has the socket tells the others. */
type Told = { link: Link } | { message: unknown } | { ask: true };

/** Whether the browser can share: it can choose one of several tabs, and these can talk. */
export function canShare(): boolean {
  return typeof BroadcastChannel !== "undefined" && "locks" in navigator;
}

/**
 * A subscription that all tabs of a browser have in common. The tab that gets a lock has the socket and tells the others
 * what comes; when it is closed, hidden or gone, the next one that waits for the lock connects. What came in between is
 * lost, so whoever takes over, or hears of that, is told that the link was lost before it is open again.
 */
export function subscribeShared(name: string, options: SubscribeOptions, connect: typeof subscribe = subscribe): () => void {
  const { onMessage, onLink } = options;
  const channel = new BroadcastChannel(name);
  const waiting = new AbortController();
  let end: (() => void) | null = null;
  let leads = false;
  let link: Link = "connecting";
  const tell = (told: Told) => channel.postMessage(told);
  const become = (next: Link) => {
    link = next;
    onLink?.(next);
  };
  channel.onmessage = ({ data }: MessageEvent<Told>) => {
    if ("ask" in data) {
      if (leads) tell({ link });
    } else if (leads) return;
    else if ("link" in data) {
      if (data.link !== link) become(data.link);
    } else onMessage(data.message);
  };
  onLink?.("connecting");
  tell({ ask: true });
  void navigator.locks.request(name, { signal: waiting.signal }, () => new Promise<void>((release) => {
    leads = true;
    if (link === "open") become("lost"); // another tab had the socket until now
    const close = connect({
      ...options,
      onMessage: (message) => { tell({ message }); onMessage(message); },
      onLink: (next) => { become(next); tell({ link: next }); },
    });
    end = () => {
      close();
      tell({ link: "lost" });
      release();
    };
  })).catch(() => undefined); // nobody waits for it any more
  return () => {
    waiting.abort();
    end?.();
    channel.close();
  };
}
