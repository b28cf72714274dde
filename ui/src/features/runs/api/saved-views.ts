import { queryOptions } from "@tanstack/react-query";
import { ask, change } from "@/api/client";
import type { SavedSearch } from "@/api/schema";
import type { Id } from "@/api/types";
import { whyNot } from "@/lib/read-only";
import { forgetViewsOfBrowser, type SavedView, toSaved, viewOf, viewsOfBrowser } from "../saved";

export type KeptView = SavedView & { id: Id };

export interface SavedViews {
  views: KeptView[];
  /** Names of saved searches that other programs made. */
  others: string[];
}

async function read(signal: AbortSignal): Promise<SavedViews> {
  const found = await ask<SavedSearch[]>("/saved_searches/filter", {}, signal);
  const all: SavedViews = { views: [], others: [] };
  for (const search of found) {
    const view = viewOf(search);
    if (view) all.views.push({ ...view, id: search.id });
    else all.others.push(search.name);
  }
  return all;
}

/** The views that are kept for everybody. Those that this browser has from before are moved to them. */
export const savedViews = queryOptions({
  queryKey: ["saved-views"],
  queryFn: async ({ signal }) => {
    const kept = await read(signal);
    const mine = viewsOfBrowser();
    if (mine.length === 0 || whyNot !== undefined) return kept;
    const names = new Set([...kept.views.map(({ name }) => name), ...kept.others]);
    for (const view of mine) if (!names.has(view.name)) await saveView(view);
    forgetViewsOfBrowser();
    return read(signal);
  },
});

/** Keeps a view under its name, in the place of one that had it. */
export async function saveView(view: SavedView): Promise<void> {
  await change("PUT", "/saved_searches/", toSaved(view));
}

export async function deleteView(id: Id): Promise<void> {
  await change("DELETE", `/saved_searches/${id}`);
}
