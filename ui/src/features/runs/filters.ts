import type { RunGrouping, RunNarrowing, RunOrder, TaskRunGrouping, TaskRunNarrowing } from "@/api/schema";
import { stateTypes, type StateType } from "@/api/types";
import { readLength } from "@/lib/length";

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
  creator: "" | Creator;
  /** How long they took, as it was typed: "5m". */
  longer: string;
  shorter: string;
  /** Part of the parameters, as JSON. */
  parameters: string;
  subflows: "" | "only" | "none";
  /** The name of the task that task runs are of. */
  task: string;
  /** What runs are grouped by; "task" is for task runs. */
  group: "" | RunGrouping | TaskRunGrouping;
  sort: string;
  page: number;
}

/** Who makes runs. */
export const creators = { schedule: "A schedule", automation: "An automation", person: "Somebody" } as const;
export type Creator = keyof typeof creators;

const flowGroupings: Record<RunGrouping, string> = { flow: "By flow", deployment: "By deployment", tag: "By tag" };
export const groupings: { flow: typeof flowGroupings; task: Record<TaskRunGrouping, string> } = { flow: flowGroupings, task: { task: "By task", ...flowGroupings } };

/** Orders that no index has: the server applies them to the newest runs. */
const narrowedSorts = ["DURATION_DESC", "DURATION_ASC", "FLOW_ASC", "FLOW_DESC", "STATE_ASC", "STATE_DESC"] as const satisfies RunOrder[];

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
  flow: ["START_TIME_DESC", "START_TIME_ASC", "NAME_ASC", "NAME_DESC", "END_TIME_DESC", "EXPECTED_START_TIME_ASC", "EXPECTED_START_TIME_DESC", ...narrowedSorts],
  task: ["EXPECTED_START_TIME_DESC", "EXPECTED_START_TIME_ASC", "NAME_ASC", "NAME_DESC", "END_TIME_DESC", ...narrowedSorts],
} as const;

export const defaults: RunFilters = {
  kind: "flow", state: [], flow: [], deployment: [], pool: [], tag: [], name: "", when: "7d", after: "", before: "",
  creator: "", longer: "", shorter: "", parameters: "", subflows: "", task: "", group: "", sort: sorts.flow[0], page: 1,
};

export type Search = Record<string, string>;

const lists = ["state", "flow", "deployment", "pool", "tag"] as const;

/** Reads a URL's query. What makes no sense counts as not given. */
export function fromSearch(search: Readonly<Record<string, string | undefined>>): RunFilters {
  const kind = search.kind === "task" ? "task" : "flow";
  const page = Number(search.page);
  const filters: RunFilters = {
    ...defaults, kind,
    name: search.name ?? "",
    when: search.when !== undefined && Object.hasOwn(whens, search.when) ? (search.when as When) : search.after || search.before ? "between" : defaults.when,
    after: moment(search.after), before: moment(search.before),
    creator: search.creator !== undefined && Object.hasOwn(creators, search.creator) ? (search.creator as Creator) : "",
    longer: length(search.longer), shorter: length(search.shorter), parameters: (search.parameters ?? "").slice(0, longestPart),
    task: kind === "task" ? (search.task ?? "").slice(0, longestTask) : "",
    group: search.group !== undefined && Object.hasOwn(groupings[kind], search.group) ? (search.group as RunFilters["group"]) : "",
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
  for (const key of ["creator", "longer", "shorter", "parameters", "task", "group"] as const) if (filters[key]) search[key] = filters[key];
  if (filters.subflows) search.subflows = filters.subflows;
  if (filters.sort !== sorts[filters.kind][0]) search.sort = filters.sort;
  if (filters.page > 1) search.page = String(filters.page);
  return search;
}

function moment(text: string | undefined): string {
  return text !== undefined && !Number.isNaN(Date.parse(text)) ? text : "";
}

function length(text: string | undefined): string {
  return text !== undefined && typeof readLength(text) === "number" ? text : "";
}

/** The most of a part of parameters, and of the name of a task, that the server looks for. */
export const longestPart = 200;
export const longestTask = 1000;

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
  return lists.filter((key) => f[key].length > 0).length + [f.name, f.creator, f.subflows, f.longer || f.shorter, f.parameters, f.task].filter(Boolean).length;
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

/** What the server has to look for among the newest runs; null for nothing like that. */
export function narrowing(f: RunFilters): RunNarrowing | TaskRunNarrowing | null {
  const [least, most] = [readLength(f.longer), readLength(f.shorter)];
  const part = f.kind === "task" ? f.task && { task: f.task } : f.parameters && { parameters: f.parameters };
  const order = narrowedSorts.find((sort) => sort === f.sort) ?? null;
  if (least === null && most === null && !part && order === null) return null;
  return {
    ...(typeof least === "number" && { at_least: least }), ...(typeof most === "number" && { at_most: most }), ...part,
    order: order ?? ((f.sort === "END_TIME_DESC" ? sorts[f.kind][0] : f.sort) as RunOrder),
  };
}

/** How the contract's filter says who made a run. */
function madeBy(creator: RunFilters["creator"]): object | undefined {
  if (creator === "") return undefined;
  return creator === "person" ? { is_null_: true } : { type_: [creator.toUpperCase()] };
}

/** The body that asks the server for the groups of the runs. */
export function toGroupBody(f: RunFilters, now: number): Record<string, unknown> {
  return { ...criteria(f, now), by: f.group };
}

/** The filters that show the runs of a group; its name is a flow, "flow/deployment", a task or a tag. */
export function insideOf(f: RunFilters, name: string): RunFilters {
  const inside: RunFilters = { ...f, group: "", page: 1 };
  if (f.group === "tag") return { ...inside, tag: [...f.tag.filter((tag) => tag !== name), name] };
  if (f.group === "task") return { ...inside, task: name };
  if (f.group === "flow") return { ...inside, flow: [name] };
  const slash = name.indexOf("/");
  return { ...inside, flow: [name.slice(0, slash)], deployment: [name.slice(slash + 1)] };
}

/** The body that asks the server for a page. */
export function toBody(f: RunFilters, now: number): Record<string, unknown> {
  return { ...criteria(f, now), sort: narrowing(f) ? sorts[f.kind][0] : f.sort, limit: pageSize, offset: (f.page - 1) * pageSize };
}

/** Which runs are meant. */
function criteria(f: RunFilters, now: number): Record<string, unknown> {
  const between = windowOf(f, now);
  const narrow = narrowing(f);
  const common = {
    ...(narrow && { narrow }),
    flows: some({ name: f.flow.length > 0 ? { any_: f.flow } : undefined }),
    deployments: some({ name: f.deployment.length > 0 ? { any_: f.deployment } : undefined }),
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
      created_by: madeBy(f.creator),
    }),
  };
}
