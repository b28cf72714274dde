import { stateTypes, type StateType } from "@/api/types";

/** Which runs the table shows. Everything here is in the URL. */
export interface RunFilters {
  kind: "flow" | "task";
  /** Types of states, and names that mean something of their own. */
  state: string[];
  flow: string[];
  deployment: string[];
  pool: string[];
  tag: string[];
  /** Part of the name. */
  name: string;
  when: When;
  /** A window of one's own, which when "between" is chosen counts: RFC 3339. */
  after: string;
  before: string;
  creator: "" | "schedule" | "person";
  subflows: "" | "only" | "none";
  sort: string;
  page: number;
}

export const whens = {
  "1h": { label: "Last hour", ms: 3600_000 },
  "24h": { label: "Last 24 hours", ms: 24 * 3600_000 },
  "7d": { label: "Last 7 days", ms: 7 * 24 * 3600_000 },
  "30d": { label: "Last 30 days", ms: 30 * 24 * 3600_000 },
  upcoming: { label: "Upcoming", ms: 0 },
  between: { label: "Between two times", ms: 0 },
  any: { label: "Any time", ms: 0 },
} as const;
export type When = keyof typeof whens;

export const pageSize = 100;
export const sorts = {
  flow: ["START_TIME_DESC", "START_TIME_ASC", "NAME_ASC", "NAME_DESC", "END_TIME_DESC", "EXPECTED_START_TIME_ASC", "EXPECTED_START_TIME_DESC"],
  task: ["EXPECTED_START_TIME_DESC", "EXPECTED_START_TIME_ASC", "NAME_ASC", "NAME_DESC", "END_TIME_DESC"],
} as const;

export const defaults: RunFilters = {
  kind: "flow", state: [], flow: [], deployment: [], pool: [], tag: [], name: "", when: "7d", after: "", before: "",
  creator: "", subflows: "", sort: sorts.flow[0], page: 1,
};

export type Search = Record<string, string>;

const lists = ["state", "flow", "deployment", "pool", "tag"] as const;

/** Reads a URL's query. What makes no sense counts as not given. */
export function fromSearch(search: Search): RunFilters {
  const kind = search.kind === "task" ? "task" : "flow";
  const page = Number(search.page);
  const filters: RunFilters = {
    ...defaults, kind,
    name: search.name ?? "",
    when: search.when !== undefined && Object.hasOwn(whens, search.when) ? (search.when as When) : search.after || search.before ? "between" : defaults.when,
    after: moment(search.after), before: moment(search.before),
    creator: search.creator === "schedule" || search.creator === "person" ? search.creator : "",
    subflows: search.subflows === "only" || search.subflows === "none" ? search.subflows : "",
    sort: sorts[kind].find((sort) => sort === search.sort) ?? sorts[kind][0],
    page: Number.isInteger(page) && page > 0 && page <= 1_000_000 ? page : 1,
  };
  for (const key of lists) filters[key] = split(search[key]);
  return filters;
}

/** Writes the query of a URL; what has its usual value is left out. */
export function toSearch(filters: RunFilters): Search {
  const search: Search = {};
  if (filters.kind === "task") search.kind = "task";
  for (const key of lists) if (filters[key].length > 0) search[key] = join(filters[key]);
  if (filters.name) search.name = filters.name;
  if (filters.when !== defaults.when) search.when = filters.when;
  if (filters.when === "between" && filters.after) search.after = filters.after;
  if (filters.when === "between" && filters.before) search.before = filters.before;
  if (filters.creator) search.creator = filters.creator;
  if (filters.subflows) search.subflows = filters.subflows;
  if (filters.sort !== sorts[filters.kind][0]) search.sort = filters.sort;
  if (filters.page > 1) search.page = String(filters.page);
  return search;
}

function moment(text: string | undefined): string {
  return text !== undefined && !Number.isNaN(Date.parse(text)) ? text : "";
}

/** A list in one parameter: commas between, and a backslash before a comma or backslash of a value. */
export function join(values: readonly string[]): string {
  return values.map((value) => value.replace(/[\\,]/g, "\\$&")).join(",");
}

export function split(text: string | undefined): string[] {
  if (!text) return [];
  return (text.match(/(?:\\.|[^,\\])+/g) ?? []).map((value) => value.replace(/\\(.)/g, "$1"));
}

/** How many facets restrict more than usual. */
export function restrictions(f: RunFilters): number {
  return lists.filter((key) => f[key].length > 0).length + [f.name, f.creator, f.subflows].filter(Boolean).length;
}

interface Between {
  after_?: string;
  before_?: string;
}

/** The window of time, as the contract's filters have it; now is in ms. */
export function windowOf(f: RunFilters, now: number): Between | null {
  const at = (ms: number) => new Date(ms).toISOString();
  switch (f.when) {
    case "any":
      return null;
    case "between":
      return { ...(f.after && { after_: f.after }), ...(f.before && { before_: f.before }) };
    case "upcoming":
      return { after_: at(now) };
    default:
      return { after_: at(now - whens[f.when].ms), before_: at(now) };
  }
}

function stateFilter(states: string[]): object | undefined {
  const types = states.filter((s): s is StateType => (stateTypes as readonly string[]).includes(s));
  const names = states.filter((s) => !(types as string[]).includes(s));
  if (states.length === 0) return undefined;
  return { operator: "or_", ...(types.length > 0 && { type: { any_: types } }), ...(names.length > 0 && { name: { any_: names } }) };
}

function some<T extends object>(value: T): T | undefined {
  return Object.values(value).some((part) => part !== undefined) ? (JSON.parse(JSON.stringify(value)) as T) : undefined;
}

/** The body that asks the server for a page. */
export function toBody(f: RunFilters, now: number): Record<string, unknown> {
  const between = windowOf(f, now);
  const common = {
    flows: some({ name: f.flow.length > 0 ? { any_: f.flow } : undefined }),
    deployments: some({ name: f.deployment.length > 0 ? { any_: f.deployment } : undefined }),
    sort: f.sort, limit: pageSize, offset: (f.page - 1) * pageSize,
  };
  const shared = {
    name: f.name ? { like_: f.name } : undefined,
    tags: f.tag.length > 0 ? { all_: f.tag } : undefined,
    state: stateFilter(f.state),
  };
  if (f.kind === "task") { // pool, creator and subflows are of flow runs
    return { ...common, task_runs: some({ ...shared, expected_start_time: between ?? undefined }) };
  }
  return {
    ...common,
    work_pools: some({ name: f.pool.length > 0 ? { any_: f.pool } : undefined }),
    flow_runs: some({
      ...shared,
      ...(f.when === "upcoming" ? { expected_start_time: between ?? undefined } : { start_time: between ?? undefined }),
      parent_task_run_id: f.subflows ? { is_null_: f.subflows === "none" } : undefined,
      created_by: f.creator === "schedule" ? { type_: ["SCHEDULE"] } : f.creator === "person" ? { is_null_: true } : undefined,
    }),
  };
}
