import { type Query, QueryClient } from "@tanstack/react-query";
import { ApiError } from "@/api/errors";

/** Whether to ask again: not when the answer would be the same. */
function again(failures: number, error: Error): boolean {
  const status = error instanceof ApiError ? error.status : 500;
  return (status === 0 || status === 502 || status === 503 || status === 504) && failures < 6;
}

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: again,
        retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 8000),
        // Events tell when something has changed, see lib/live.ts.
        staleTime: 15_000,
        refetchOnWindowFocus: false,
        refetchOnReconnect: true,
      },
      mutations: { retry: false },
    },
  });
}

const offline = new ApiError(0, "This machine is offline.");

/** What is shown though it could not be read again. */
export interface Old {
  /** When the oldest of it was read, in ms. */
  since: number;
  error: Error;
}

/** What of that which a page shows is older than it should be, null when all is as it was asked for. */
export function whatIsOld(queries: readonly Pick<Query, "state" | "isActive">[]): Old | null {
  let old: Old | null = null;
  for (const query of queries) {
    const { status, data, error, dataUpdatedAt } = query.state;
    if (status !== "error" || data === undefined || !query.isActive() || !error) continue;
    if (!old || dataUpdatedAt < old.since) old = { since: dataUpdatedAt, error };
  }
  return old;
}

/** Why something that a page waits for is not there yet, though it was asked for: it is asked for again by itself. */
export function whatFails(queries: readonly Pick<Query, "state" | "isActive">[]): Error | null {
  for (const query of queries) {
    const { status, fetchStatus, fetchFailureReason } = query.state;
    if (status !== "pending" || !query.isActive()) continue;
    if (fetchStatus === "paused") return offline;
    if (fetchStatus === "fetching" && fetchFailureReason) return fetchFailureReason;
  }
  return null;
}
