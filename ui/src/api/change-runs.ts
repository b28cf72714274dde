import { change } from "./client";
import { ApiError } from "./errors";
import type { Id, Json, StateChange, StateType } from "./types";

/** What may be done with several runs at once. */
export type Action = "cancel" | "retry" | "resume" | "delete";

const most = 50; // of one request, by the contract
/** Requests of one kind that are on their way together. */
const atOnce = 4;

export interface Outcome {
  done: number;
  /** Why others were refused, each reason once. */
  refused: Map<string, number>;
}

const states: Record<"cancel" | "retry", { state: { type: StateType; name: string; message: string }; force: boolean }> = {
  cancel: { state: { type: "CANCELLING", name: "Cancelling", message: "Cancelled in the browser" }, force: false },
  retry: { state: { type: "SCHEDULED", name: "AwaitingRetry", message: "Retried in the browser" }, force: true },
};

interface BulkResult {
  results: StateChange[];
}

/** Whether a proposed state, or what the server put in its place, is what was wanted: a run that has no process yet is cancelled at once. */
export function took({ status, state }: StateChange, wanted?: StateType): boolean {
  return status === "ACCEPT" || (wanted === "CANCELLING" && state?.type === "CANCELLED");
}

/** Why a proposed state was refused, if that was said. */
export function reasonOf({ details }: Pick<StateChange, "details">): string | undefined {
  return "reason" in details ? details.reason : undefined;
}

/** A refusal is an answer like any other; here it is an error. */
export function accepted(answer: StateChange, wanted?: StateType): void {
  if (!took(answer, wanted)) throw new Error(reasonOf(answer) ?? `The server answered ${answer.status.toLowerCase()}.`);
}

/** Lets a paused run go on, with what it asked for. */
export async function resumeRun(id: Id, input: Json | null): Promise<void> {
  accepted(await change<StateChange>("POST", `/flow_runs/${id}/resume`, input ? { run_input: input } : {}));
}

/** Does something with runs, in as many requests as it takes, and tells what came of it. */
export async function changeRuns(action: Action, ids: readonly Id[]): Promise<Outcome> {
  const outcome: Outcome = { done: 0, refused: new Map() };
  const refuse = (reason: string, n = 1) => outcome.refused.set(reason, (outcome.refused.get(reason) ?? 0) + n);
  for (let i = 0; i < ids.length; i += most) {
    const part = ids.slice(i, i + most);
    const flow_runs = { id: { any_: part } };
    if (action === "delete") {
      const { deleted } = await change<{ deleted: Id[] }>("POST", "/flow_runs/bulk_delete", { flow_runs, limit: most });
      outcome.done += deleted.length;
      if (deleted.length < part.length) refuse("they were gone already", part.length - deleted.length);
    } else if (action === "resume") {
      for (const id of part) {
        const result = await change<StateChange>("POST", `/flow_runs/${id}/resume`, {});
        if (took(result)) outcome.done++;
        else refuse(reasonOf(result) ?? "the server refused");
      }
    } else {
      const { results } = await change<BulkResult>("POST", "/flow_runs/bulk_set_state", { flow_runs, limit: most, ...states[action] });
      for (const result of results) {
        if (took(result, states[action].state.type)) outcome.done++;
        else refuse(reasonOf(result) ?? "the server refused");
      }
    }
  }
  return outcome;
}

/** Deletes task runs one by one, since the contract has no request for several, a few of them at once. */
export async function deleteTaskRuns(ids: readonly Id[]): Promise<Outcome> {
  const outcome: Outcome = { done: 0, refused: new Map() };
  const left = [...ids];
  const next = async (): Promise<void> => {
    for (let id = left.shift(); id !== undefined; id = left.shift()) {
      try {
        await change("DELETE", `/task_runs/${id}`);
        outcome.done++;
      } catch (error) {
        const reason = error instanceof ApiError && error.status === 404 ? "they were gone already" : error instanceof Error ? error.message : String(error);
        outcome.refused.set(reason, (outcome.refused.get(reason) ?? 0) + 1);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, next));
  return outcome;
}

/** "3 runs cancelled; 1 refused: …" */
export function tellOutcome(action: Action, { done, refused }: Outcome): string {
  const past = { cancel: "asked to stop", retry: "to be run again", resume: "resumed", delete: "deleted" }[action];
  const runs = (n: number) => `${n} ${n === 1 ? "run" : "runs"}`;
  return [`${runs(done)} ${past}`, ...[...refused].map(([reason, n]) => `${runs(n)} refused: ${reason}`)].join("; ");
}
