/**
 * Which page is shown, and how to come to another one. The page's part is loaded before it takes the place of the one that is
 * shown, so that nothing flickers; the URL says at once where one goes.
 */
import type { ComponentType } from "react";
import { basePath } from "@/config/server";
import { fill, match, type Names, type Query, readQuery, writeQuery } from "./address";

export interface Route {
  pattern: string;
  /** Loads the page's part; asking again gives the same. */
  load: () => Promise<ComponentType>;
  /** The part once it is there. */
  loaded: ComponentType | undefined;
  /** Where its address leads instead. */
  leads: ((params: Readonly<Record<string, string>>) => Place) | undefined;
}

/** A page of ours: its pattern, what stands in it, and its query, which may follow from the one of before. */
export type Place<P extends string = string> = { to: P; search?: Query | ((before: Query) => Query) } & (string extends P
  ? { params?: Readonly<Record<string, string>> }
  : [Names<P>] extends [never] ? { params?: Readonly<Record<string, string>> } : { params: Readonly<Record<Names<P>, string>> });

export interface Going {
  /** Takes the place of this page in what "back" leads to. */
  replace?: boolean;
  /** False stays where the page is scrolled to. */
  resetScroll?: boolean;
}

/** What is shown. */
export interface Shown {
  path: string;
  query: Query;
  params: Readonly<Record<string, string>>;
  /** Null when the address is of no page; undefined while the first page's part is on its way. */
  page: ComponentType | null | undefined;
  /** Why the page's part did not arrive. */
  error: Error | undefined;
}

let routes: readonly Route[] = [];
let shown: Shown = { path: "", query: {}, params: {}, page: undefined, error: undefined };
/** Counts what was gone to, so that a part that comes late takes no place. */
let goings = 0;
let entry = 0;
/** How far each entry of the history was scrolled. */
const scrolled = new Map<number, number>();
const listeners = new Set<() => void>();

export function getShown(): Shown {
  return shown;
}

export function onShown(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** A route whose part is loaded when it is first needed. */
export function route(pattern: string, load: () => Promise<ComponentType>): Route {
  const it: Route = {
    pattern, loaded: undefined, leads: undefined,
    load: async () => (it.loaded ??= await load()),
  };
  return it;
}

/** A route whose address leads to another page. */
export function lead(pattern: string, leads: NonNullable<Route["leads"]>): Route {
  return { pattern, leads, loaded: undefined, load: () => Promise.reject(new Error(`${pattern} has no page`)) };
}

/** The path of a page with its query, as a link has it. */
export function hrefOf<P extends string>(place: Place<P>): string {
  const { to, params, search } = place as Place;
  return basePath + fill(to, params) + writeQuery(typeof search === "function" ? search(shown.query) : (search ?? {}));
}

/** Goes to a page; the promise ends when it is shown. */
export function navigate<P extends string>(place: Place<P> & Going): Promise<void> {
  const { replace = false, resetScroll = true } = place;
  const href = hrefOf(place);
  scrolled.set(entry, scrollY);
  const stays = replace || href === location.pathname + location.search;
  if (!stays) entry++;
  history[stays ? "replaceState" : "pushState"]({ entry }, "", href);
  return show(resetScroll ? 0 : undefined);
}

/** Loads the part of a page that somebody is about to open. */
export function prepare(path: string): void {
  const found = find(path.startsWith(basePath) ? path.slice(basePath.length) : path);
  if (found && !found.route.leads) found.route.load().catch(() => undefined); // it is asked for again when the page is opened
}

function find(path: string): { route: Route; params: Record<string, string> } | undefined {
  for (const each of routes) {
    const params = match(each.pattern, path);
    if (params) return { route: each, params };
  }
  return undefined;
}

/** Shows the page of the URL, and scrolls to where it was left. */
async function show(top: number | undefined): Promise<void> {
  const going = ++goings;
  const path = location.pathname.slice(basePath.length) || "/";
  const found = find(path);
  if (found?.route.leads) return navigate({ ...found.route.leads(found.params), replace: true });
  let next: Shown = { path, query: sameQuery(readQuery(location.search)), params: sameValues(shown.params, found?.params ?? {}), page: found ? found.route.loaded : null, error: undefined };
  if (found && !next.page) {
    if (shown.page === undefined) shown = next; // the shell is drawn meanwhile
    try {
      next = { ...next, page: await found.route.load() };
    } catch (error) {
      next = { ...next, error: error instanceof Error ? error : new Error(String(error)) };
    }
    if (going !== goings) return;
  }
  shown = next;
  for (const listener of [...listeners]) listener();
  if (top !== undefined) requestAnimationFrame(() => { if (going === goings) scrollTo(0, top); });
}

/** The query of before where it says the same, so that nothing is worked out again for it. */
function sameQuery(query: Query): Query {
  return writeQuery(query) === writeQuery(shown.query) ? shown.query : query;
}

function sameValues<T extends Readonly<Record<string, string>>>(before: T, values: T): T {
  return JSON.stringify(before) === JSON.stringify(values) ? before : values;
}

/** Shows the page of the URL, and those that "back" and "forward" lead to. */
export function startHistory(all: readonly Route[]): void {
  routes = all;
  history.scrollRestoration = "manual";
  entry = entryOf(history.state) ?? 0;
  history.replaceState({ entry }, "");
  addEventListener("popstate", ({ state }) => {
    scrolled.set(entry, scrollY);
    entry = entryOf(state) ?? entry + 1;
    void show(scrolled.get(entry) ?? 0);
  });
  void show(undefined);
}

function entryOf(state: unknown): number | undefined {
  return typeof state === "object" && state !== null && "entry" in state && typeof state.entry === "number" ? state.entry : undefined;
}
