import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { ask } from "@/api/client";
import type { Rows } from "@/api/types";
import { learnTime } from "@/lib/time";
import type { ArtifactRow } from "../types";

export const pageSize = 100;

export interface ArtifactFilters {
  /** Part of the key. */
  key: string;
  type: string;
  page: number;
}

/** The newest version of each key, those changed last first. */
export function artifactRows({ key, type, page }: ArtifactFilters) {
  return queryOptions({
    queryKey: ["artifacts", key, type, page],
    queryFn: async ({ signal }) => {
      const artifacts = { ...(key && { key: { like_: key } }), ...(type && { type: { any_: [type] } }) };
      const rows = await ask<Rows<ArtifactRow>>("/reeve/artifacts/rows", { artifacts, limit: pageSize, offset: (page - 1) * pageSize }, signal);
      learnTime(rows.now);
      return rows;
    },
    placeholderData: keepPreviousData,
    meta: { topics: ["artifact-collection"] },
  });
}
