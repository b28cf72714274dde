import { useParams, useSearch } from "@tanstack/react-router";

/** The parameter of the page's path, "" without one. */
export function usePathParam(name: "id" | "name"): string {
  const params: Record<string, string | undefined> = useParams({ strict: false });
  return params[name] ?? "";
}

/** The query of the URL, every parameter a text. */
export function useQueryTexts(): Record<string, string | undefined> {
  return useSearch({ strict: false });
}
