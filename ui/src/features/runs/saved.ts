import type { SavedSearch, SavedSearchCreate } from "@/api/schema";
import type { Search } from "./filters";

const last = "reeve-runs";
/** Views were kept in the browser before the server kept them. */
const ofBefore = "reeve-runs-saved";

export interface SavedView {
  name: string;
  search: Search;
}

/** The page of runs is opened as it was left. */
export function rememberSearch(search: Search): void {
  sessionStorage.setItem(last, JSON.stringify({ ...search, page: undefined }));
}

export function lastSearch(): Search {
  return parse<Search>(sessionStorage.getItem(last), {});
}

export function viewsOfBrowser(): SavedView[] {
  return parse<SavedView[]>(localStorage.getItem(ofBefore), []);
}

export function forgetViewsOfBrowser(): void {
  localStorage.removeItem(ofBefore);
}

/** What marks a saved search of the contract as a view of ours. */
const ours = { object: "reeve.runs", property: "search", type: "string", operation: "is" };

/** A view as the contract's saved searches have it: one filter with the query of its URL. */
export function toSaved({ name, search }: SavedView): SavedSearchCreate {
  return { name, filters: [{ ...ours, value: new URLSearchParams(search).toString() }] };
}

/** The view that a saved search is; null for one that another program made. */
export function viewOf({ name, filters }: Pick<SavedSearch, "name" | "filters">): SavedView | null {
  const [filter, ...more] = filters;
  if (!filter || more.length > 0 || filter.object !== ours.object || filter.property !== ours.property || typeof filter.value !== "string") return null;
  return { name, search: Object.fromEntries(new URLSearchParams(filter.value)) };
}

function parse<T>(text: string | null, otherwise: T): T {
  try {
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    return otherwise;
  }
}
