/** What the URL of a run's page asks to be asked, as Ctrl-K leads to it. Pure. */
import type { FlowRun } from "@/api/types";
import { possible } from "@/lib/states";

const wishes = ["cancel", "retry", "pause", "resume"] as const;
export type Wish = (typeof wishes)[number];

/** The wish, where the run is in a state for it and has a worker that could do it. */
export function wishOf(text: string | undefined, run: Pick<FlowRun, "state_type" | "state_name" | "deployment_id">): Wish | null {
  const wish = wishes.find((each) => each === text);
  if (wish === undefined || !possible(run)[wish]) return null;
  return run.deployment_id === null && (wish === "retry" || wish === "pause") ? null : wish;
}
