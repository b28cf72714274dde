import { queryOptions } from "@tanstack/react-query";
import { ask, get } from "@/api/client";
import type { BlockDocument, BlockForm, BlockOverview, BlockType } from "../types";

/** How many saved blocks the page lists, which is as many as the contract gives at once. */
export const mostBlocks = 200;

/** Saved blocks with their types, by type and name, secrets masked. */
export const savedBlocks = queryOptions({
  queryKey: ["blocks"],
  queryFn: ({ signal }) => ask<BlockDocument[]>("/block_documents/filter", { block_documents: { is_anonymous: { eq_: false } }, sort: "BLOCK_TYPE_AND_NAME_ASC", limit: mostBlocks }, signal),
  meta: { topics: ["block-document"] },
});

/** The types of blocks that there are. */
export const blockTypes = queryOptions({
  queryKey: ["block-types"],
  queryFn: ({ signal }) => ask<BlockType[]>("/block_types/filter", {}, signal),
});

/** What a block of a type is asked for. */
export function blockForm(slug: string) {
  return queryOptions({
    queryKey: ["block-form", slug],
    queryFn: ({ signal }) => get<BlockForm>(`/reeve/block_types/${encodeURIComponent(slug)}/form`, signal),
    staleTime: Infinity,
  });
}

export function blockOverview(id: string) {
  return queryOptions({
    queryKey: ["block", id],
    queryFn: ({ signal }) => get<BlockOverview>(`/reeve/block_documents/${encodeURIComponent(id)}/overview`, signal),
    meta: { topics: ["block-document"], about: id },
  });
}
