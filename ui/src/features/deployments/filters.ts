/** Which deployments the table shows. Everything here is in the URL. Pure. */
export interface DeploymentFilters {
  /** Part of the name, or of its flow's. */
  name: string;
  tag: string;
  pool: string;
  paused: "" | "yes" | "no";
  sort: (typeof sorts)[number];
  /** From 1 on. */
  page: number;
}

export const sorts = ["NAME_ASC", "NAME_DESC", "CREATED_DESC", "UPDATED_DESC"] as const;
export const pageSize = 50;

export type Search = Record<string, string | undefined>;

/** Reads a URL's query. What makes no sense counts as not given. */
export function fromSearch(search: Search): DeploymentFilters {
  const page = Number(search.page);
  return {
    name: search.name ?? "", tag: search.tag ?? "", pool: search.pool ?? "",
    paused: search.paused === "yes" || search.paused === "no" ? search.paused : "",
    sort: sorts.find((sort) => sort === search.sort) ?? sorts[0],
    page: Number.isInteger(page) && page > 0 && page <= 1_000_000 ? page : 1,
  };
}

/** Writes the query of a URL; what has its usual value is left out. */
export function toSearch({ name, tag, pool, paused, sort, page }: DeploymentFilters): Record<string, string> {
  return {
    ...(name && { name }), ...(tag && { tag }), ...(pool && { pool }), ...(paused && { paused }),
    ...(sort !== sorts[0] && { sort }), ...(page > 1 && { page: String(page) }),
  };
}

/** Whether anything is left out. */
export function restricts({ name, tag, pool, paused, page }: DeploymentFilters): boolean {
  return Boolean(name || tag || pool || paused) || page > 1;
}

/** The body that asks the server for a page. */
export function toBody({ name, tag, pool, paused, sort, page }: DeploymentFilters): Record<string, unknown> {
  const deployments = {
    ...(name && { flow_or_deployment_name: { like_: name } }),
    ...(tag && { tags: { all_: [tag] } }),
    ...(paused && { paused: { eq_: paused === "yes" } }),
  };
  return {
    ...(Object.keys(deployments).length > 0 && { deployments }), ...(pool && { work_pools: { name: { any_: [pool] } } }),
    sort, limit: pageSize, offset: (page - 1) * pageSize,
  };
}
