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

/** The page that a URL asks for; what makes no sense is the first. */
export function readPage(text: string | undefined): number {
  const page = Number(text);
  return Number.isInteger(page) && page > 0 && page <= 1_000_000 ? page : 1;
}
