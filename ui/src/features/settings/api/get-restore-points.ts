import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { RestorePoints } from "@/api/schema";

/** Asked for by their tab alone: the server has to list what the storage has. */
export const restorePoints = queryOptions({
  queryKey: ["restore-points"],
  queryFn: ({ signal }) => get<RestorePoints>("/reeve/backup/points", signal),
  staleTime: 30_000,
});
