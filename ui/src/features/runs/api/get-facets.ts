import { queryOptions } from "@tanstack/react-query";
import { ask } from "@/api/client";

interface Named {
  name: string;
  tags?: string[];
}

const paths = { flow: "/flows/filter", deployment: "/deployments/filter", pool: "/work_pools/filter" } as const;
export type FacetKind = keyof typeof paths;

/** The names that a facet offers, and the tags that things with names have. Asked for when a facet is opened. */
export function facetNames(kind: FacetKind, part: string) {
  return queryOptions({
    queryKey: ["facet", kind, part],
    queryFn: async ({ signal }) => {
      const filter = part && kind !== "pool" ? { [`${kind}s`]: { name: { like_: part } } } : {};
      const found = await ask<Named[]>(paths[kind], { ...filter, limit: 100, ...(kind !== "pool" && { sort: "NAME_ASC" }) }, signal);
      return [...new Set(found.map((one) => one.name))].filter((name) => name.toLowerCase().includes(part.toLowerCase()));
    },
    staleTime: 60_000,
  });
}
