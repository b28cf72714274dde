/** Which flows the table shows. Everything here is in the URL. Pure. */
export interface FlowFilters {
  /** Part of the name. */
  name: string;
  sort: (typeof sorts)[number];
  /** From 1 on. */
  page: number;
}

export const sorts = ["NAME_ASC", "NAME_DESC", "CREATED_DESC", "UPDATED_DESC"] as const;
export const pageSize = 50;

export type Search = Record<string, string | undefined>;

/** Reads a URL's query. What makes no sense counts as not given. */
export function fromSearch(search: Search): FlowFilters {
  const page = Number(search.page);
  return {
    name: search.name ?? "",
    sort: sorts.find((sort) => sort === search.sort) ?? sorts[0],
    page: Number.isInteger(page) && page > 0 && page <= 1_000_000 ? page : 1,
  };
}

/** Writes the query of a URL; what has its usual value is left out. */
export function toSearch({ name, sort, page }: FlowFilters): Record<string, string> {
  return { ...(name && { name }), ...(sort !== sorts[0] && { sort }), ...(page > 1 && { page: String(page) }) };
}

/** The body that asks the server for a page. */
export function toBody({ name, sort, page }: FlowFilters): Record<string, unknown> {
  return { ...(name && { flows: { name: { like_: name } } }), sort, limit: pageSize, offset: (page - 1) * pageSize };
}
