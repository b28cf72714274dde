import type { RunState, StateType } from "@/api/types";

/** How a state is shown: the token of its colour, its icon, and its word when it has no name of its own. */
export interface Look {
  tone: "completed" | "failed" | "crashed" | "running" | "pending" | "scheduled" | "late" | "paused" | "cancelled";
  icon: "check" | "cross" | "bolt" | "play" | "dots" | "clock" | "clock-alert" | "pause" | "slash" | "retry";
  word: string;
}

const looks: Record<StateType, Look> = {
  SCHEDULED: { tone: "scheduled", icon: "clock", word: "Scheduled" },
  PENDING: { tone: "pending", icon: "dots", word: "Pending" },
  RUNNING: { tone: "running", icon: "play", word: "Running" },
  COMPLETED: { tone: "completed", icon: "check", word: "Completed" },
  FAILED: { tone: "failed", icon: "cross", word: "Failed" },
  CRASHED: { tone: "crashed", icon: "bolt", word: "Crashed" },
  CANCELLED: { tone: "cancelled", icon: "slash", word: "Cancelled" },
  CANCELLING: { tone: "cancelled", icon: "dots", word: "Cancelling" },
  PAUSED: { tone: "paused", icon: "pause", word: "Paused" },
};

const none: Look = { tone: "pending", icon: "dots", word: "No state" };

/** How a run's state is shown. Names that mean something of their own have their own look. */
export function lookOf({ state_type, state_name }: RunState): Look {
  if (state_type === null) return none;
  const look = looks[state_type];
  if (state_name === "Late") return { tone: "late", icon: "clock-alert", word: "Late" };
  if (state_name === "AwaitingRetry" || state_name === "Retrying") return { ...look, icon: "retry", word: state_name === "Retrying" ? "Retrying" : "Awaiting retry" };
  return { ...look, word: state_name ? words(state_name) : look.word };
}

/** "TimedOut" as people write it: "Timed out". */
function words(name: string): string {
  return /^[A-Z][a-z]+([A-Z][a-z]+)+$/.test(name) ? name.replace(/(?<=[a-z])([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`) : name;
}

const final: ReadonlySet<StateType> = new Set(["COMPLETED", "FAILED", "CRASHED", "CANCELLED"]);

export function isFinal(type: StateType | null): boolean {
  return type !== null && final.has(type);
}

/** What may be done with a run in a state. */
export interface Possible {
  cancel: boolean;
  retry: boolean;
  pause: boolean;
  resume: boolean;
}

export function possible({ state_type: type }: RunState): Possible {
  return {
    cancel: type !== null && !isFinal(type) && type !== "CANCELLING",
    retry: isFinal(type),
    pause: type === "RUNNING",
    resume: type === "PAUSED",
  };
}
