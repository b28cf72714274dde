import type { QueryClient, QueryMeta } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { LiveEvent, Outlook } from "@/api/types";
import { onPassword, password } from "@/api/password";
import { server } from "@/config/server";
import { canShare, subscribeShared } from "./shared-socket";
import { subscribe, type SubscribeOptions } from "./socket";
import { now } from "./time";

/**
 * How the tab is connected.
 *  - live: events arrive;
 *  - polling: there is no socket, what is shown is asked for every now and then;
 *  - resting: nobody has touched the tab for a while, or it is hidden; nothing is asked, so that the server may sleep.
 */
export type Liveness = "connecting" | "live" | "polling" | "resting";

export interface LiveState {
  liveness: Liveness;
  /** Since when the tab rests, in ms. */
  since: number | null;
  /** When the server next has something to do, as it said before the tab began to rest. */
  next: string | null;
}

/** Topics are the kinds of resources whose events make what a query shows stale, as in prefect.<kind>.<what>. */
export interface LiveMeta extends QueryMeta {
  topics: string[];
  /** Only events that name this id count. */
  about?: string;
}

/** A tab that nobody touches lets go of a server that sleeps after this time. */
export const restAfter = 3 * 60_000;
/** A hidden tab lets go after this time, whatever the server does. */
const hiddenAfter = 5000;
const pollEvery = 10_000;
/** The least time between two readings of one query. */
const pace = 1000;

/** The prefixes of events that the pages care for. Heartbeats of workers are not among them. */
const prefixes = ["prefect.flow-run.", "prefect.task-run.", "prefect.deployment.", "prefect.work-pool.", "prefect.work-queue.", "prefect.flow.",
  "prefect.concurrency-limit.", "prefect.variable.", "prefect.artifact-collection.", "prefect.automation.", "prefect.block-document."];

/** What tells of every event, whatever it is about, as long as somebody follows. */
type Follower = (event: LiveEvent) => void;

/** Without an end of their own the contract's filters end now. */
function fromNowOn(): { since: string; until: string } {
  const minute = 60_000;
  return { since: new Date(now() - minute).toISOString(), until: new Date(now() + 365 * 24 * 60 * minute).toISOString() };
}

/** The kind of an event's resource: "flow-run" of "prefect.flow-run.Completed". */
export function topicOf(event: string): string {
  return event.split(".")[1] ?? "";
}

/** Whether an event makes what a query with this meta shows stale. */
export function concerns(meta: Partial<LiveMeta> | undefined, event: LiveEvent): boolean {
  if (!meta?.topics?.includes(topicOf(event.event))) return false;
  const { about } = meta;
  if (about === undefined) return true;
  return [event.resource, ...event.related].some((r) => r["prefect.resource.id"]?.endsWith(about) ?? false);
}

export class Live {
  private state: LiveState = { liveness: "connecting", since: null, next: null };
  private readonly listeners = new Set<() => void>();
  private readonly due = new Map<string, number>();
  private readonly followers = new Set<Follower>();
  /** Whether the socket was asked for every event. */
  private wide = false;
  private askTimer = 0;
  private leave: (() => void) | null = null;
  private restTimer = 0;
  private pollTimer = 0;

  constructor(private readonly queries: QueryClient) {}

  start(): void {
    for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) {
      window.addEventListener(kind, this.touched, { passive: true });
    }
    document.addEventListener("visibilitychange", () => {
      window.clearTimeout(this.restTimer);
      if (document.hidden) this.restTimer = window.setTimeout(() => this.rest(), hiddenAfter);
      else this.touched();
    });
    onPassword(() => {
      this.leave?.();
      this.leave = null;
      this.wake();
    });
    this.wake();
  }

  snapshot = (): LiveState => this.state;

  listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Hands over every event, of the last minute too, until the function that it returns is called: one may come twice. */
  follow = (follower: Follower): (() => void) => {
    this.followers.add(follower);
    this.askAnew();
    return () => {
      this.followers.delete(follower);
      this.askAnew();
    };
  };

  /** The socket is told anew what to send, once those who follow have settled. */
  private askAnew(): void {
    window.clearTimeout(this.askTimer);
    this.askTimer = window.setTimeout(() => {
      if (!this.leave || this.state.liveness !== "live" || this.wide === this.followers.size > 0) return;
      this.leave();
      this.leave = null;
      this.wake();
    }, 50);
  }

  /** Somebody is here. */
  private readonly touched = () => {
    if (document.hidden) return;
    if (this.state.liveness === "resting") this.wake();
    window.clearTimeout(this.restTimer);
    if (server.sleeps) this.restTimer = window.setTimeout(() => void this.letGo(), restAfter);
  };

  wake = () => {
    if (this.leave || (server.auth && password() === null)) return;
    const rested = this.state.liveness === "resting";
    this.set({ liveness: "connecting", since: null, next: null });
    const wide = this.followers.size > 0;
    this.wide = wide;
    // What only one tab follows, the others need not hear.
    const connect = wide || !canShare() ? subscribe : (options: SubscribeOptions) => subscribeShared(`reeve-live ${server.api}`, options);
    this.leave = connect({
      path: "/events/out",
      // Who follows wants what came while the socket was on its way, too.
      hello: () => ({ type: "filter", backfill: wide, filter: { ...(wide ? {} : { event: { prefix: prefixes } }), occurred: fromNowOn() } }),
      onMessage: (message) => this.heard((message as { event?: LiveEvent }).event),
      onLink: (link) => {
        window.clearInterval(this.pollTimer);
        if (link === "open") {
          const missed = this.state.liveness === "polling";
          this.set({ liveness: "live", since: null, next: null });
          if (missed) void this.queries.invalidateQueries();
          this.askAnew(); // somebody may have begun to follow while it was on its way
        } else if (link === "lost") {
          this.set({ liveness: "polling", since: null, next: null });
          this.pollTimer = window.setInterval(() => void this.queries.invalidateQueries({ refetchType: "active" }), pollEvery);
        }
      },
    });
    if (rested) void this.queries.invalidateQueries();
    this.touched();
  };

  /** Asks the server once until when it may sleep, which does not keep it awake, and rests. */
  private async letGo(): Promise<void> {
    const next = await get<Outlook>("/reeve/sleep").then((o) => o.next_deadline, () => null);
    this.rest(next);
  }

  private rest(next: string | null = null): void {
    this.leave?.();
    this.leave = null;
    window.clearInterval(this.pollTimer);
    for (const timer of this.due.values()) window.clearTimeout(timer);
    this.due.clear();
    this.set({ liveness: "resting", since: Date.now(), next });
  }

  private heard(event: LiveEvent | undefined): void {
    if (!event) return;
    for (const follower of this.followers) follower(event);
    for (const query of this.queries.getQueryCache().getAll()) {
      if (!concerns(query.meta, event)) continue;
      const { queryHash, queryKey } = query;
      if (this.due.has(queryHash)) continue;
      const rest = Math.max(0, query.state.dataUpdatedAt + pace - Date.now());
      this.due.set(queryHash, window.setTimeout(() => {
        this.due.delete(queryHash);
        void this.queries.invalidateQueries({ queryKey, exact: true });
      }, Math.max(rest, 100)));
    }
  }

  private set(state: LiveState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}
