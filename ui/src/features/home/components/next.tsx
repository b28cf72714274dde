import { Link, useNavigate } from "@/lib/router";
import type { UpcomingRun } from "@/api/types";
import { paths } from "@/config/paths";
import { clock, exact } from "@/lib/time";
import { Time } from "@/components/time";
import { hours, linesOf } from "../geometry";

const day = 24 * 3600_000;

/** What comes next: a line for each deployment on a time axis. */
export function Next({ next, now }: { next: readonly UpcomingRun[]; now: string }) {
  const navigate = useNavigate();
  const from = Date.parse(now);
  const lines = linesOf(next, from, day);
  const marks = hours(from, day, 6);
  if (lines.length === 0) return <p className="card home-none muted">No schedule makes a run in this time.</p>;
  return (
    <div className="card next">
      {lines.map((line) => (
        <div key={line.key} className="history-row">
          <Link className="home-name cut" to={paths.runs} search={{ flow: line.flow, ...(line.deployment && { deployment: line.deployment }), when: "upcoming", sort: "EXPECTED_START_TIME_ASC" }} title={line.deployment ?? ""}>{line.flow}</Link>
          <div className="next-axis" role="img" aria-label={`${line.runs.length} runs, at ${line.runs.slice(0, 5).map((run) => clock(Date.parse(run.at), from)).join(", ")}`}>
            {marks.map(({ part }) => <i key={part} style={{ left: `${part * 100}%` }} />)}
            {line.runs.map((run) => (
              <b key={run.id} style={{ left: `${run.part * 100}%` }} title={`${run.name}\n${exact(Date.parse(run.at))}`} onClick={() => void navigate({ to: paths.run, params: { id: run.id } })} />
            ))}
          </div>
          <span className="num muted"><Time at={line.runs[0]?.at} /></span>
        </div>
      ))}
      <div className="history-row history-axis faint" aria-hidden="true"><span /><span className="next-marks">{marks.map(({ part, at }) => <span key={part} style={{ left: `${part * 100}%` }}>{clock(at, at)}</span>)}</span><span /></div>
    </div>
  );
}
