import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { PoolType } from "../types";

type Catalogue = Record<string, Record<string, PoolType>>;

/** The types of pools that workers are known for, the plainest first. */
export const poolTypes = queryOptions({
  queryKey: ["pool-types"],
  queryFn: async ({ signal }) => {
    const catalogue = await get<Catalogue>("/collections/views/aggregate-worker-metadata", signal);
    const types = Object.values(catalogue).flatMap((collection) => Object.values(collection));
    return types.sort((a, b) => Number(b.type === "process") - Number(a.type === "process") || a.display_name.localeCompare(b.display_name));
  },
  staleTime: Infinity,
});
