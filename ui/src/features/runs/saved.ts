import type { Search } from "./filters";

// Views are kept in the browser: a URL is what is shared with others.
const last = "reeve-runs";
const saved = "reeve-runs-saved";

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

export function savedViews(): SavedView[] {
  return parse<SavedView[]>(localStorage.getItem(saved), []);
}

export function saveView(view: SavedView): void {
  const others = savedViews().filter(({ name }) => name !== view.name);
  localStorage.setItem(saved, JSON.stringify([...others, view].sort((a, b) => a.name.localeCompare(b.name))));
}

export function deleteView(name: string): void {
  localStorage.setItem(saved, JSON.stringify(savedViews().filter((view) => view.name !== name)));
}

function parse<T>(text: string | null, otherwise: T): T {
  try {
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    return otherwise;
  }
}
