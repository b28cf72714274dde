/** What the server wrote into the page. */
interface PageConfig {
  /** Path or address of the API, without a slash at its end. */
  api: string;
  /** Whether the API asks for a password. */
  auth: boolean;
  /** Whether writes need a token against forged requests. */
  csrf: boolean;
  /** Whether the server refuses what its pages would change. */
  read_only: boolean;
  /** Whether the server sleeps when nobody needs it. */
  sleeps: boolean;
  /** Whether logs are sent by websocket; by the contract's default they are not. */
  streams_logs: boolean;
}

function read(): PageConfig {
  const defaults: PageConfig = { api: "/api", auth: false, csrf: false, read_only: false, sleeps: false, streams_logs: false };
  const text = typeof document === "undefined" ? null : document.getElementById("reeve")?.textContent;
  return { ...defaults, ...(JSON.parse(text ?? "{}") as Partial<PageConfig>) };
}

export const server = read();

/** Where the pages are mounted, without a slash at its end. */
export const basePath = typeof document === "undefined" ? "" : new URL(document.baseURI).pathname.replace(/\/$/, "");

/** Where a page is that was opened past the proxy, without the path that the proxy has for the server; null for one that is in its place. */
export function inPlace({ pathname, search, hash }: Pick<Location, "pathname" | "search" | "hash">, base = basePath): string | null {
  return pathname === base || pathname.startsWith(`${base}/`) ? null : base + pathname + search + hash;
}
