import { useShown } from "./router";

/** The parameter of the page's path, "" without one. */
export function usePathParam(name: "id" | "name"): string {
  return useShown().params[name] ?? "";
}

/** The query of the URL, every parameter a text. */
export function useQueryTexts(): Readonly<Record<string, string | undefined>> {
  return useShown().query;
}

/** The page that a URL asks for; what makes no sense is the first. */
export function readPage(text: string | undefined): number {
  const page = Number(text);
  return Number.isInteger(page) && page > 0 && page <= 1_000_000 ? page : 1;
}
