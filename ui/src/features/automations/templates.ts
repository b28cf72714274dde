/** The usual automations. */
import type { Action, Choices } from "./types";
import { anyRun, type Draft, type When } from "./draft";

interface Template {
  key: string;
  title: string;
  when: When;
  /** What is done; a notification goes to the first block that can send one. */
  then: "notify" | Action;
  body: string;
}

const link = "{{ flow_run | ui_url }}";

export const templates: readonly Template[] = [
  { key: "run-fails", title: "A run fails", when: { kind: "run", states: ["Failed", "Crashed", "TimedOut"], of: anyRun }, then: "notify",
    body: `Flow run {{ flow.name }}/{{ flow_run.name }} is {{ flow_run.state.name }}: {{ flow_run.state.message }}\n${link}` },
  { key: "run-late", title: "A run is late", when: { kind: "run", states: ["Late"], of: anyRun }, then: "notify",
    body: `Flow run {{ flow.name }}/{{ flow_run.name }} was due at {{ flow_run.expected_start_time }} and has not begun.\n${link}` },
  { key: "run-hangs", title: "A run hangs", when: { kind: "stays", state: "Running", seconds: 7200, of: anyRun }, then: { type: "cancel-flow-run" }, body: "" },
  { key: "run-waits", title: "A run does not start", when: { kind: "stays", state: "Pending", seconds: 900, of: anyRun }, then: "notify",
    body: `Flow run {{ flow.name }}/{{ flow_run.name }} has been pending for 15 minutes.\n${link}` },
  { key: "no-success", title: "No success for too long", when: { kind: "silent", state: "Completed", seconds: 86_400, of: anyRun }, then: "notify",
    body: "{{ automation.name }}: no run has completed in time." },
  { key: "pool-not-ready", title: "A pool is not ready", when: { kind: "pool", status: "not-ready", pool: "", seconds: 0 }, then: "notify",
    body: "Work pool {{ work_pool.name }} is not ready: no worker asks it for work.\n{{ work_pool | ui_url }}" },
  { key: "agreement", title: "An agreement is violated", when: { kind: "event", names: ["prefect.sla.violation"], resource: "", times: 1, seconds: 600 }, then: "notify",
    body: "{{ event.resource.name }}: {{ event.event }}\n{{ event | ui_url }}" },
  { key: "successes", title: "Too few runs succeed", when: { kind: "metric", name: "successes", operator: "<", threshold: 0.9, range: 86_400, lasts: 300, of: anyRun }, then: "notify",
    body: "{{ automation.name }}: too few runs have completed." },
  { key: "event", title: "Something happens", when: { kind: "event", names: [], resource: "", times: 1, seconds: 600 }, then: { type: "run-deployment", source: "selected", deployment_id: null, parameters: null }, body: "" },
];

/** A new automation of a template, with what there is to choose. */
export function draftOfTemplate({ key, title, when, then, body }: Template, choices: Pick<Choices, "notifiers" | "deployments">): Draft {
  const notifier = choices.notifiers[0]?.id ?? "";
  const action: Action = then === "notify" ? { type: "send-notification", block_document_id: notifier, subject: title, body }
    : then.type === "run-deployment" ? { ...then, deployment_id: choices.deployments[0]?.id ?? null } : then;
  return { name: key === "event" ? "" : title, description: "", enabled: true, tags: [], when, actions: [action], onTrigger: [], onResolve: [] };
}
