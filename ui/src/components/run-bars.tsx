import { Link } from "@/lib/router";
import type { RecentRun } from "@/api/types";
import { paths } from "@/config/paths";
import { barHeights } from "@/lib/run-bars";
import { lookOf } from "@/lib/states";
import { duration, exact } from "@/lib/time";
import "./run-bars.css";

interface Props {
  /** Newest first. */
  runs: readonly RecentRun[];
  /** Whose runs they are. */
  of: string;
  large?: boolean;
}

/** The last runs as bars, the newest on the right: colour is the state, height how long it took. Each leads to its run; by keyboard its table does. */
export function RunBars({ runs, of, large = false }: Props) {
  if (runs.length === 0) return <span className="faint">none lately</span>;
  const shown = [...runs].reverse();
  const heights = barHeights(shown.map((run) => run.seconds));
  const failed = runs.filter(({ state_type: type }) => type === "FAILED" || type === "CRASHED").length;
  return (
    <div className={large ? "run-bars large" : "run-bars"} role="group" aria-label={`The last ${runs.length} runs of ${of}: ${failed} failed`}>
      {shown.map((run, i) => {
        const { tone, word } = lookOf(run);
        const says = `${run.name}: ${word}${run.seconds > 0 ? `, ${duration(run.seconds)}` : ""}`;
        return (
          <Link key={run.id} to={paths.run} params={{ id: run.id }} data-tone={tone} tabIndex={-1} preload={false} aria-label={says} title={`${says}\n${exact(Date.parse(run.start))}`}>
            <i style={{ height: `${heights[i] ?? 0}%` }} />
          </Link>
        );
      })}
    </div>
  );
}
