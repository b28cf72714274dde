import { beforeEach, expect, test, vi } from "vitest";
import { subscribeShared } from "./shared-socket";
import type { Link, SubscribeOptions } from "./socket";

/** Tabs of one browser: a channel that hands over at once, and one lock. */
let channels: Channel[] = [];
class Channel {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  constructor() { channels.push(this); }
  postMessage(data: unknown) { for (const other of channels) if (other !== this) other.onmessage?.({ data }); }
  close() { channels = channels.filter((other) => other !== this); }
}

let queue: (() => void)[] = [];
let held = false;
const next = () => { held = false; queue.shift()?.(); };
const locks = {
  request: (_: string, { signal }: { signal: AbortSignal }, run: () => Promise<void>) => new Promise<void>((resolve, reject) => {
    const start = () => {
      held = true;
      void run().then(() => { resolve(); next(); });
    };
    signal.addEventListener("abort", () => { queue = queue.filter((other) => other !== start); reject(new Error("aborted")); });
    if (held) queue.push(start);
    else start();
  }),
};

interface Tab { links: Link[]; heard: unknown[]; socket: SubscribeOptions | null; close: () => void }

let sockets = 0;
function tab(): Tab {
  const made: Tab = { links: [], heard: [], socket: null, close: () => undefined };
  made.close = subscribeShared("test", { path: "/", hello: () => null, onMessage: (message) => made.heard.push(message), onLink: (link) => made.links.push(link) }, (options) => {
    sockets++;
    made.socket = options;
    return () => { sockets--; made.socket = null; };
  });
  return made;
}
const settled = () => new Promise((resolve) => { setTimeout(resolve, 0); });

beforeEach(() => {
  [channels, queue, held, sockets] = [[], [], false, 0];
  vi.stubGlobal("BroadcastChannel", Channel);
  vi.stubGlobal("navigator", { locks });
});

test("several tabs have one socket, and all hear what comes", () => {
  const [first, second] = [tab(), tab()];
  first.socket?.onLink?.("open");
  const third = tab();
  first.socket?.onMessage("event");
  expect(sockets).toBe(1);
  for (const each of [first, second, third]) {
    expect(each.links.at(-1)).toBe("open");
    expect(each.heard).toEqual(["event"]);
  }
});

test("when the tab with the socket closes, another connects, and each knows that it may have missed something", async () => {
  const [first, second, third] = [tab(), tab(), tab()];
  first.socket?.onLink?.("open");
  first.close();
  await settled();
  expect(sockets).toBe(1);
  for (const each of [second, third]) expect(each.links.at(-1)).toBe("lost");
  second.socket?.onLink?.("open");
  second.socket?.onMessage("later");
  for (const each of [second, third]) expect([each.links.at(-1), each.heard]).toEqual(["open", ["later"]]);
  expect(first.heard).toEqual([]);
});

test("a tab that waits and closes never connects", async () => {
  const [first, second] = [tab(), tab()];
  second.close();
  first.close();
  await settled();
  expect(sockets).toBe(0);
  expect(second.socket).toBeNull();
});

test("a lost link is told to all", () => {
  const [first, second] = [tab(), tab()];
  for (const link of ["open", "lost", "connecting", "open"] as const) first.socket?.onLink?.(link);
  expect(second.links).toEqual(["connecting", "open", "lost", "connecting", "open"]);
});
