/** Automations as the wizard asks for them, and as the API has them. Pure. */
import type { Json } from "@/api/types";
import type { Action, Automation, AutomationBody, EventTrigger, Trigger } from "./types";

/** Which flow runs are meant: of a flow, of a deployment, with a tag; "" for all. */
export interface Of {
  flow: string;
  deployment: string;
  tag: string;
}

/** What a trigger waits for, as far as a sentence can ask for it; whatever else is kept as it is. */
export type When =
  | { kind: "run"; states: string[]; of: Of }
  | { kind: "stays"; state: string; seconds: number; of: Of }
  | { kind: "silent"; state: string; seconds: number; of: Of }
  | { kind: "pool"; status: string; pool: string; seconds: number }
  | { kind: "event"; names: string[]; resource: string; times: number; seconds: number }
  | { kind: "metric"; name: "lateness" | "duration" | "successes"; operator: "<" | "<=" | ">" | ">="; threshold: number; range: number; lasts: number; of: Of }
  | { kind: "other"; trigger: Trigger };

export interface Draft {
  name: string;
  description: string;
  enabled: boolean;
  tags: string[];
  when: When;
  actions: Action[];
  /** What only JSON can say. */
  onTrigger: Action[];
  onResolve: Action[];
}

/** What pools tell that they are. */
export const poolStatuses = ["not-ready", "ready", "paused"] as const;

export const anyRun: Of = { flow: "", deployment: "", tag: "" };
const runs = { "prefect.resource.id": "prefect.flow-run.*" };
const each = ["prefect.resource.id"];
const event = { type: "event" as const, after: [], match_related: {}, threshold: 1 };

type Specs = NonNullable<EventTrigger["match_related"]>;

function relatedTo({ flow, deployment, tag }: Of): Specs {
  const specs = [
    ...(flow ? [{ "prefect.resource.role": "flow", "prefect.resource.id": `prefect.flow.${flow}` }] : []),
    ...(deployment ? [{ "prefect.resource.role": "deployment", "prefect.resource.id": `prefect.deployment.${deployment}` }] : []),
    ...(tag ? [{ "prefect.resource.role": "tag", "prefect.resource.id": `prefect.tag.${tag}` }] : []),
  ];
  return specs.length > 1 ? specs : (specs[0] ?? {});
}

/** The trigger that waits for it. */
export function triggerOf(when: When): Trigger {
  switch (when.kind) {
    case "run":
      return { ...event, match: runs, match_related: relatedTo(when.of), expect: when.states.map((state) => `prefect.flow-run.${state}`), for_each: each, posture: "Reactive", within: 0 };
    case "stays":
      return { ...event, match: runs, match_related: relatedTo(when.of), after: [`prefect.flow-run.${when.state}`], expect: ["prefect.flow-run.*"], for_each: each, posture: "Proactive", within: when.seconds };
    case "silent":
      return { ...event, match: runs, match_related: relatedTo(when.of), expect: [`prefect.flow-run.${when.state}`], for_each: [], posture: "Proactive", within: when.seconds };
    case "pool": {
      const match = { "prefect.resource.id": `prefect.work-pool.${when.pool || "*"}` };
      const name = `prefect.work-pool.${when.status}`;
      if (when.seconds <= 0) return { ...event, match, expect: [name], for_each: each, posture: "Reactive", within: 0 };
      return { ...event, match, after: [name], expect: poolStatuses.filter((other) => other !== when.status && other !== "paused").map((other) => `prefect.work-pool.${other}`), for_each: each, posture: "Proactive", within: when.seconds };
    }
    case "event":
      return { ...event, match: when.resource ? { "prefect.resource.id": when.resource } : {}, expect: when.names, for_each: when.times > 1 ? each : [], posture: "Reactive", threshold: when.times, within: when.times > 1 ? when.seconds : 0 };
    case "metric":
      return { type: "metric", posture: "Metric", match: runs, match_related: relatedTo(when.of), metric: { name: when.name, operator: when.operator, threshold: when.threshold, range: when.range, firing_for: when.lasts } };
    default:
      return when.trigger;
  }
}

function lists(match: Record<string, string | string[]>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(match).sort(([a], [b]) => (a < b ? -1 : 1)).map(([label, value]) => [label, Array.isArray(value) ? value : [value]]));
}

/** A trigger in one form, whichever of several that mean the same was written. */
function canonical(trigger: Trigger): string {
  if (isComposite(trigger)) return JSON.stringify(trigger);
  const relations = "match_related" in trigger ? (Array.isArray(trigger.match_related) ? trigger.match_related : [trigger.match_related ?? {}]) : [];
  const specs = relations.map(lists).filter((spec) => Object.keys(spec).length > 0);
  if (trigger.type === "metric") return JSON.stringify([lists(trigger.match ?? {}), specs, { range: 300, firing_for: 300, ...trigger.metric }]);
  const { match = {}, after = [], expect = [], for_each: by = [], posture, threshold = 1, within = 0 } = trigger as EventTrigger;
  return JSON.stringify([lists(match), specs, after, expect, by, posture, threshold, within]);
}

/** What a trigger waits for, in the wizard's terms when these say all of it. */
export function whenOf(trigger: Trigger): When {
  const found = guesses(trigger).find((when) => canonical(triggerOf(when)) === canonical(trigger));
  return found ?? { kind: "other", trigger };
}

function isComposite(trigger: Trigger): trigger is Extract<Trigger, { triggers: unknown }> {
  return trigger.type === "compound" || trigger.type === "sequence";
}

function guesses(trigger: Trigger): When[] {
  if (isComposite(trigger)) return [];
  const of = ofRelated(trigger.match_related);
  if (trigger.type === "metric") {
    const { name, operator, threshold, range = 300, firing_for: lasts = 300 } = trigger.metric;
    return [{ kind: "metric", name, operator, threshold, range, lasts, of }];
  }
  const { match = {}, after = [], expect = [], threshold = 1, within = 0 } = trigger as EventTrigger;
  const id = [match["prefect.resource.id"] ?? ""].flat()[0] ?? "";
  const last = (name: string | undefined) => name?.split(".").slice(2).join(".") ?? "";
  const pool = { kind: "pool" as const, pool: id.replace(/^prefect\.work-pool\.\*?/, "") };
  return [
    { kind: "run", states: expect.map(last), of },
    { kind: "stays", state: last(after[0]), seconds: within, of },
    { kind: "silent", state: last(expect[0]), seconds: within, of },
    { ...pool, status: last(expect[0]), seconds: 0 },
    { ...pool, status: last(after[0]), seconds: within },
    { kind: "event", names: expect, resource: id, times: threshold, seconds: within || 600 },
    { kind: "event", names: expect, resource: id, times: threshold, seconds: within },
  ];
}

function ofRelated(specs: EventTrigger["match_related"]): Of {
  const of = { ...anyRun };
  for (const spec of [specs ?? {}].flat()) {
    const id = [spec["prefect.resource.id"] ?? ""].flat()[0] ?? "";
    const role = [spec["prefect.resource.role"] ?? ""].flat()[0] ?? "";
    if (role === "flow" || role === "deployment" || role === "tag") of[role] = id.slice(`prefect.${role}.`.length);
  }
  return of;
}

export function draftOf(automation: Automation): Draft {
  const { name, description, enabled, tags, trigger, actions, actions_on_trigger: onTrigger, actions_on_resolve: onResolve } = automation;
  return { name, description, enabled, tags, when: whenOf(trigger), actions, onTrigger, onResolve };
}

/** What is sent to the server. */
export function bodyOf({ name, description, enabled, tags, when, actions, onTrigger, onResolve }: Draft): AutomationBody {
  return { name, description, enabled, tags, trigger: triggerOf(when), actions, actions_on_trigger: onTrigger, actions_on_resolve: onResolve };
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A draft of what somebody typed as JSON; an Error says why it is none. The server checks the rest. */
export function draftOfJson(text: string): Draft | Error {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return error as Error;
  }
  if (!isObject(value)) return new Error("It has to be an object: { … }");
  const list = (part: unknown) => (Array.isArray(part) ? part : []) as Action[];
  if (!isObject(value.trigger) || !Array.isArray(value.actions)) return new Error("It has to have a trigger and a list of actions.");
  return draftOf({
    ...(value as unknown as Automation), name: typeof value.name === "string" ? value.name : "", description: typeof value.description === "string" ? value.description : "",
    enabled: value.enabled !== false, tags: Array.isArray(value.tags) ? (value.tags as string[]) : [],
    actions_on_trigger: list(value.actions_on_trigger), actions_on_resolve: list(value.actions_on_resolve),
  });
}

/** The faults of a part of what was sent, such as "actions.0", by the places that the server names. */
export function faultsAt(fields: ReadonlyMap<string, string>, part: string): string[] {
  const all = [...fields].filter(([at]) => at === part || at.startsWith(`${part}.`)).map(([, message]) => message);
  return [...new Set(all)];
}
