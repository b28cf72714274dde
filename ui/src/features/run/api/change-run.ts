import { accepted } from "@/api/change-runs";
import { change } from "@/api/client";
import type { Id, Json, StateChange, StateType } from "@/api/types";
import { uuid } from "@/lib/browser";

/** A state that is proposed for a run; with force past all rules. */
export interface Proposal {
  state: { type: StateType; name?: string; message: string; state_details?: Json };
  force: boolean;
}

async function propose(id: Id, proposal: Proposal): Promise<void> {
  accepted(await change<StateChange>("POST", `/flow_runs/${id}/set_state`, proposal), proposal.state.type);
}

export function cancelRun(id: Id): Promise<void> {
  return propose(id, { state: { type: "CANCELLING", message: "Cancelled in the browser" }, force: false });
}

export function retryRun(id: Id): Promise<void> {
  return propose(id, { state: { type: "SCHEDULED", name: "AwaitingRetry", message: "Retried in the browser" }, force: true });
}

/** Suspends a run for a day: its process ends at its next task, and resuming starts another. */
export function pauseOf(): Proposal {
  const until = new Date(Date.now() + 24 * 3600_000).toISOString();
  return {
    state: { type: "PAUSED", name: "Suspended", message: "Paused in the browser", state_details: { pause_timeout: until, pause_reschedule: true, pause_key: uuid() } },
    force: false,
  };
}

export function pauseRun(id: Id, pause: Proposal): Promise<void> {
  return propose(id, pause);
}

/** Writes a state past all rules. */
export function stateOf(type: StateType, message: string): Proposal {
  return { state: { type, message: message.trim() || "Set in the browser" }, force: true };
}

export function setState(id: Id, type: StateType, message: string): Promise<void> {
  return propose(id, stateOf(type, message));
}

export async function deleteRun(id: Id): Promise<void> {
  await change("DELETE", `/flow_runs/${id}`);
}

/** Makes a run of the same deployment with other parameters. */
export async function rerun(deployment: Id, parameters: Json): Promise<Id> {
  const made = await change<{ id: Id }>("POST", `/deployments/${deployment}/create_flow_run`, { parameters, state: { type: "SCHEDULED", message: "Run again from the browser" } });
  return made.id;
}
