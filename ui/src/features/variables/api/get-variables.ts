import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { ask } from "@/api/client";
import type { Variable } from "../types";

export const pageSize = 100;

/** A page of the variables whose name has a part. They are counted up to one behind it, so that one request is enough. */
export function variables(part: string, page: number) {
  return queryOptions({
    queryKey: ["variables", part, page],
    queryFn: async ({ signal }) => {
      const filter = part ? { variables: { name: { like_: part } } } : {};
      const found = await ask<Variable[]>("/variables/filter", { ...filter, sort: "NAME_ASC", limit: pageSize + 1, offset: (page - 1) * pageSize }, signal);
      const count = (page - 1) * pageSize + found.length;
      return { rows: found.slice(0, pageSize), count, most: found.length > pageSize ? count : Infinity };
    },
    placeholderData: keepPreviousData,
    meta: { topics: ["variable"] },
  });
}
