/** Which events the feed shows. Everything here is in the URL. Pure. */
import type { LiveEvent } from "@/api/types";

export interface EventFilters {
  /** Names of events; one may end in *. */
  event: string[];
  /** A resource's id, which may end in *; "" for all. */
  resource: string;
  text: string;
  when: When;
  /** A window of one's own, RFC 3339, which counts when "between" is chosen. */
  after: string;
  before: string;
}

export const whens = {
  "1h": { label: "Last hour", ms: 3600_000 },
  "24h": { label: "Last 24 hours", ms: 24 * 3600_000 },
  "7d": { label: "Last 7 days", ms: 7 * 24 * 3600_000 },
  "30d": { label: "Last 30 days", ms: 30 * 24 * 3600_000 },
  between: { label: "Between two times", ms: 0 },
} as const;
export type When = keyof typeof whens;

export const defaults: EventFilters = { event: [], resource: "", text: "", when: "24h", after: "", before: "" };

function moment(text: string | undefined): string {
  return text !== undefined && Number.isFinite(Date.parse(text)) ? text : "";
}

/** Reads a URL's query; what makes no sense counts as not given. */
export function fromSearch(search: Record<string, string | undefined>): EventFilters {
  const [after, before] = [moment(search.after), moment(search.before)];
  const when = search.when !== undefined && Object.hasOwn(whens, search.when) ? (search.when as When) : after || before ? "between" : defaults.when;
  return { event: search.event?.split(",").filter(Boolean) ?? [], resource: search.resource ?? "", text: (search.text ?? "").slice(0, 200), when: when === "between" && !after && !before ? defaults.when : when, after, before };
}

export function toSearch({ event, resource, text, when, after, before }: EventFilters): Record<string, string> {
  return {
    ...(event.length > 0 && { event: event.join(",") }), ...(resource && { resource }), ...(text && { text }), ...(when !== defaults.when && { when }),
    ...(when === "between" && { ...(after && { after }), ...(before && { before }) }),
  };
}

/** Names as they are, and those that end in *, without it. */
function split(names: readonly string[]): { exact: string[]; prefixes: string[] } {
  return { exact: names.filter((name) => !name.endsWith("*")), prefixes: names.filter((name) => name.endsWith("*")).map((name) => name.slice(0, -1)) };
}

/** The contract's filter, for what is shown at a moment. */
export function toFilter({ event, resource, text, when, after, before }: EventFilters, now: number): object {
  const { exact, prefixes } = split(event);
  const since = when === "between" ? after : new Date(now - whens[when].ms).toISOString();
  return {
    occurred: { ...(since && { since }), ...(when === "between" && before && { until: before }) },
    ...(event.length > 0 && { event: exact.length === 0 ? { prefix: prefixes } : prefixes.length === 0 ? { name: exact } : { prefix: [...exact, ...prefixes] } }),
    ...(resource && { any_resource: resource.endsWith("*") ? { id_prefix: [resource.slice(0, -1)] } : { id: [resource] } }),
    ...(text && { text: { query: text } }),
  };
}

/** Whether the feed grows by itself: not in a window that ends, and not by a text, which the server alone looks for. */
export function grows({ when, before, text }: EventFilters): boolean {
  return text === "" && !(when === "between" && before !== "");
}

/** Whether an event that just came is one of those that are shown. */
export function shows({ event, resource }: EventFilters, { event: name, resource: of, related }: Pick<LiveEvent, "event" | "resource" | "related">): boolean {
  const fits = (pattern: string, text: string) => (pattern.endsWith("*") ? text.startsWith(pattern.slice(0, -1)) : text === pattern);
  if (event.length > 0 && !event.some((pattern) => fits(pattern, name))) return false;
  return resource === "" || [of, ...related].some((each) => fits(resource, each["prefect.resource.id"] ?? ""));
}
