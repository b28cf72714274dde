import type { Recent } from "@/api/types";
import { percent } from "@/lib/run-bars";
import { duration } from "@/lib/time";

/** Of how many runs a figure is. */
export function basis({ measured }: Recent): string {
  return measured === 1 ? "of the last run" : `of the last ${measured} runs`;
}

/** How many of the last runs ended well. */
export function Success({ recent }: { recent: Recent }) {
  if (recent.success === null) return <span className="faint">–</span>;
  return <span title={`${percent(recent.success)} completed ${basis(recent)}; those that were cancelled do not count`}>{percent(recent.success)}</span>;
}

/** How long the last runs took that completed. */
export function Took({ recent, which }: { recent: Recent; which: "median" | "p95" }) {
  const seconds = recent[which];
  if (seconds === null) return <span className="faint">–</span>;
  return <span title={`${which === "median" ? "Half of those that completed" : "95 % of those that completed"} ${basis(recent)} took at most ${seconds.toFixed(3)} s`}>{duration(seconds)}</span>;
}
