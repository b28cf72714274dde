/** What automations do, in words. Pure. */
import { noun } from "@/lib/resources";
import { duration } from "@/lib/time";
import type { Action, Automation, EventTrigger, MetricTrigger, Names, Trigger } from "./types";

const units: [number, string][] = [[86_400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];

/** "2 hours", "90 seconds": in the largest unit of which it is a whole number. */
export function spanWords(seconds: number): string {
  const [size, unit] = units.find(([size]) => seconds >= size && seconds % size === 0) ?? [0, ""];
  if (size === 0) return duration(seconds);
  return `${seconds / size} ${unit}${seconds === size ? "" : "s"}`;
}

/** What states of runs, pools and queues are called when one enters them: as it does, and as it does not. */
const verbs: Readonly<Record<string, [string, string] | undefined>> = {
  Scheduled: ["is scheduled", "is not scheduled"], Late: ["is late", "is not late"], Pending: ["is pending", "is not pending"],
  Running: ["starts", "does not start"], Completed: ["completes", "does not complete"], Failed: ["fails", "does not fail"],
  Crashed: ["crashes", "does not crash"], Cancelling: ["is being cancelled", "is not being cancelled"], Cancelled: ["is cancelled", "is not cancelled"],
  Paused: ["pauses", "does not pause"], Suspended: ["is suspended", "is not suspended"], TimedOut: ["times out", "does not time out"],
  AwaitingRetry: ["awaits a retry", "does not await a retry"], Retrying: ["is retried", "is not retried"], Resuming: ["resumes", "does not resume"],
  ready: ["is ready", "does not become ready"], "not-ready": ["is not ready", "stays ready"], paused: ["is paused", "is not paused"],
  created: ["is made", "is not made"], updated: ["is changed", "is not changed"], deleted: ["is deleted", "is not deleted"],
  triggered: ["fires", "does not fire"], resolved: ["is resolved", "is not resolved"],
};

/** "flow-run" and "Failed" of "prefect.flow-run.Failed"; null for an event of another kind. */
function parts(name: string): { kind: string; what: string } | null {
  const found = name.match(/^prefect\.([a-z-]+)\.(.+)$/);
  return found?.[1] && found[2] ? { kind: found[1], what: found[2] } : null;
}

/** "a, b or c". */
function joined(words: readonly string[], last: "or" | "and"): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} ${last} ${words[words.length - 1] ?? ""}`;
}

function listOf(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/** "a flow", "an automation". */
function articled(word: string): string {
  return `${/^[aeiou]/.test(word) ? "an" : "a"} ${word}`;
}

/** What people call a resource: "flow caption-video". */
function called(resource: string, names: Names): string {
  const name = names[resource];
  const of = parts(resource);
  if (!of) return name || resource;
  if (of.kind === "tag") return of.what;
  return name ? `${noun(of.kind)} ${name}` : name === "" ? `${articled(noun(of.kind))} that is gone` : resource;
}

/** The kind of resource that a trigger is about, as far as one can tell. */
function kindOf({ match = {}, expect = [], after = [] }: EventTrigger): string | null {
  const ids = listOf(match["prefect.resource.id"]);
  const kinds = new Set([...(ids.length > 0 ? ids : [...expect, ...after])].map((name) => parts(name)?.kind));
  const [only] = kinds;
  return kinds.size === 1 && only ? only : null;
}

/** "a flow run", "the same flow run", "work pool machines". */
function subject(trigger: EventTrigger, names: Names, article: string): string {
  const kind = kindOf(trigger);
  const ids = listOf(trigger.match?.["prefect.resource.id"]);
  const others = Object.entries(trigger.match ?? {}).filter(([label]) => label !== "prefect.resource.id")
    .map(([label, value]) => ` whose ${label} is ${joined(listOf(value), "or")}`);
  const of = kind ? noun(kind) : "resource";
  const all = article === "a" ? articled(of) : `${article} ${of}`;
  const what = ids.length > 0 && !ids.some((id) => id.includes("*")) ? joined(ids.map((id) => called(id, names)), "or")
    : kind || ids.length === 0 ? all : `${all} like ${joined(ids, "or")}`;
  return what + others.join("") + related(trigger.match_related, names);
}

const before: Readonly<Record<string, string | undefined>> = { tag: "tagged", "work-pool": "on", "work-queue": "of", flow: "of", deployment: "of" };

/** " of flow caption-video", for each related resource that is asked for. */
function related(specs: EventTrigger["match_related"], names: Names): string {
  const all = specs === undefined ? [] : Array.isArray(specs) ? specs : [specs];
  return all.map((spec) => {
    const ids = listOf(spec["prefect.resource.id"]);
    const kind = parts(ids[0] ?? "")?.kind ?? "";
    if (ids.length > 0) return ` ${before[kind] ?? "related to"} ${joined(ids.map((id) => called(id, names)), "or")}`;
    const labels = Object.entries(spec).map(([label, value]) => `${label} ${joined(listOf(value), "or")}`);
    return labels.length > 0 ? ` related to ${labels.join(" and ")}` : "";
  }).join("");
}

/** "fails or crashes"; names of other events stay as they are. */
function does(events: readonly string[], not = false): string {
  if (events.length === 0 || events.every((name) => /^(prefect\.[a-z-]+\.)?\*$/.test(name))) return not ? "tells of nothing" : "tells of anything";
  const known = events.map((name) => verbs[parts(name)?.what ?? ""]);
  if (known.every((verb) => verb !== undefined)) return joined(known.map((verb) => verb[not ? 1 : 0]), not ? "and" : "or");
  const states = events.map(parts);
  if (states.every((part) => part !== null && /^(flow|task)-run$/.test(part.kind))) return `${not ? "does not enter" : "enters"} ${joined(states.map((part) => part?.what ?? ""), "or")}`;
  return `${not ? "does not tell" : "tells"} of ${joined(events, "or")}`;
}

/** "video.uploaded": what events of no kind of ours are called. */
function happening(events: readonly string[], none: string): string {
  return events.length === 0 ? none : joined(events, "or");
}

/** What a trigger says of events whose resource it leaves open. */
function openWords(trigger: EventTrigger, names: Names): string {
  const { after = [], expect = [], threshold = 1, within = 0, posture } = trigger;
  const about = related(trigger.match_related, names);
  const times = threshold > 1 ? ` ${threshold} times` : "";
  if (posture === "Reactive") return `${happening(expect, "anything")}${about} happens${times && `${times} within ${spanWords(within)}`}`;
  if (after.length === 0) return `${happening(expect, "anything")}${about} does not happen${times} within ${spanWords(within)}`;
  return `${happening(after, "anything")}${about} happens and ${happening(expect, "anything else")} does not${times} within ${spanWords(within)}`;
}

function eventWords(trigger: EventTrigger, names: Names): string {
  const { after = [], expect = [], for_each: each = [], match = {}, threshold = 1, within = 0, posture } = trigger;
  const kind = kindOf(trigger);
  if (!kind && Object.keys(match).length === 0) return openWords(trigger, names);
  if (posture === "Reactive") {
    if (threshold <= 1) return `${subject(trigger, names, "a")} ${does(expect)}`;
    return `${subject(trigger, names, each.includes("prefect.resource.id") ? "the same" : "a")} ${does(expect)} ${threshold} times within ${spanWords(within)}`;
  }
  const times = threshold > 1 ? ` ${threshold} times` : "";
  if (after.length === 0) {
    const none = subject(trigger, names, "no");
    return `${none} ${does(expect, !none.startsWith("no "))}${times} within ${spanWords(within)}`;
  }
  const states = after.map((name) => parts(name)?.what ?? name);
  if (kind && expect.length > 0 && expect.every((name) => name === `prefect.${kind}.*`) && kind.endsWith("-run")) return `${subject(trigger, names, "a")} stays ${joined(states, "or")} for more than ${spanWords(within)}`;
  return `${subject(trigger, names, "a")} ${does(after)} and ${does(expect, true)}${times} within ${spanWords(within)}`;
}

const comparisons = { "<": "below", "<=": "at most", ">": "above", ">=": "at least" } as const;

function metricWords({ metric, match_related: specs }: MetricTrigger, names: Names): string {
  const { name, operator, threshold, range = 300, firing_for: lasts = 300 } = metric;
  const runs = `flow runs${related(specs, names)}`;
  const figure = name === "successes" ? `the share of ${runs} that complete` : `the mean ${name} of ${runs}`;
  const bound = name === "successes" ? `${Math.round(threshold * 1000) / 10} %` : spanWords(threshold);
  return `${figure} over ${spanWords(range)} is ${comparisons[operator]} ${bound} for ${spanWords(lasts)}`;
}

/** The time within which all of a composite trigger has to happen; the server says null for however long. */
function withinWords({ within }: { within: number | null }): string {
  return within === null ? "" : ` within ${spanWords(within)}`;
}

/** When a trigger fires: "a flow run of flow caption-video fails". */
export function whenWords(trigger: Trigger, names: Names): string {
  switch (trigger.type) {
    case "compound": {
      const { require, triggers } = trigger;
      const all = triggers.map((child) => whenWords(child, names));
      if (require === "any" || require === 1) return `${joined(all, "or")}${withinWords(trigger)}`;
      return require === "all" ? `${joined(all, "and")}${withinWords(trigger)}` : `${require} of these happen${withinWords(trigger)}: ${all.join("; ")}`;
    }
    case "sequence": {
      const time = withinWords(trigger);
      return `${trigger.triggers.map((child) => whenWords(child, names)).join(", then ")}${time && `,${time}`}`;
    }
    case "metric":
      return metricWords(trigger, names);
    default:
      return eventWords(trigger as EventTrigger, names);
  }
}

/** "pause deployment nightly/production", or that of the event. */
function targeted(verb: string, kind: string, source: string | undefined, id: string | null | undefined, names: Names): string {
  if (source === "inferred" || !id) return `${verb} its ${noun(kind).replace("work ", "")}`;
  return `${verb} ${called(`prefect.${kind}.${id}`, names)}`;
}

/** The name of a block says by itself that it is one. */
function block(id: string, names: Names): string {
  return names[`prefect.block-document.${id}`] || "a block that is gone";
}

/** What an action does: "notify slack-webhook/alerts". */
export function actionWords(action: Action, names: Names): string {
  switch (action.type) {
    case "run-deployment":
      return targeted("run", "deployment", action.source, action.deployment_id, names);
    case "pause-deployment":
    case "resume-deployment":
      return targeted(action.type === "pause-deployment" ? "pause" : "resume", "deployment", action.source, action.deployment_id, names);
    case "pause-work-queue":
    case "resume-work-queue":
      return targeted(action.type === "pause-work-queue" ? "pause" : "resume", "work-queue", action.source, action.work_queue_id, names);
    case "pause-work-pool":
    case "resume-work-pool":
      return targeted(action.type === "pause-work-pool" ? "pause" : "resume", "work-pool", action.source, action.work_pool_id, names);
    case "pause-automation":
    case "resume-automation":
      return targeted(action.type === "pause-automation" ? "pause" : "resume", "automation", action.source, action.automation_id, names);
    case "cancel-flow-run":
      return "cancel the run";
    case "delete-flow-run":
      return "delete the run";
    case "suspend-flow-run":
      return "suspend the run";
    case "resume-flow-run":
      return "resume the run";
    case "change-flow-run-state":
      return `set the run to ${action.name || action.state.charAt(0) + action.state.slice(1).toLowerCase()}`;
    case "send-notification":
      return `notify ${block(action.block_document_id, names)}`;
    case "call-webhook":
      return `call ${block(action.block_document_id, names)}`;
    default:
      return "do nothing";
  }
}

/** All that an automation does, as a sentence. */
export function sentence(automation: Pick<Automation, "trigger" | "actions"> & Partial<Automation>, names: Names): string {
  const then = (actions: readonly Action[]) => joined(actions.map((action) => actionWords(action, names)), "and");
  const { trigger, actions, actions_on_trigger: triggered = [], actions_on_resolve: resolved = [] } = automation;
  const first = `When ${whenWords(trigger, names)}, ${then([...actions, ...triggered]) || "do nothing"}.`;
  return resolved.length > 0 ? `${first} When that is over, ${then(resolved)}.` : first;
}
