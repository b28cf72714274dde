import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { ask } from "@/api/client";
import type { Id } from "@/api/types";

const most = 20;

/** Flows whose names have a part, by name. */
export function flowsNamed(part: string) {
  return queryOptions({
    queryKey: ["flows-named", part],
    queryFn: ({ signal }) => ask<{ id: Id; name: string }[]>("/flows/filter", { flows: { name: { like_: part } }, sort: "NAME_ASC", limit: most }, signal),
    placeholderData: keepPreviousData,
  });
}

/** The flow of exactly this name; null without one. */
export async function flowOf(name: string): Promise<Id | null> {
  const [found] = await ask<{ id: Id }[]>("/flows/filter", { flows: { name: { any_: [name] } }, limit: 1 });
  return found?.id ?? null;
}
