import { grouped } from "@/lib/numbers";
import { Link } from "@/lib/router";
import type { RunningGroup, RunningRun } from "@/api/schema";
import { Section } from "@/components/page";
import { StateBadge } from "@/components/state-badge";
import { Length, useTick } from "@/components/time";
import { paths } from "@/config/paths";
import { now as serverNow } from "@/lib/time";
import { howFar } from "../awake";

/** What runs now, for how long, and how far it is. */
export function RunningNow({ running, now }: { running: RunningGroup; now: string }) {
  return (
    <Section title="Runs now" beside={running.count > 0 && <span className="faint">{grouped(running.count)}</span>}>
      {running.count === 0 ? <p className="card home-none muted">Nothing runs.</p> : (
        <div className="card">
          <ul className="home-list">
            {running.rows.map((run) => (
              <li key={run.id} className="home-row">
                <StateBadge run={run} />
                <div>
                  <p className="cut"><Link to={paths.run} params={{ id: run.id }} className="home-name">{run.name}</Link> <span className="muted">{run.flow_name}</span></p>
                  <Progress run={run} since={now} />
                </div>
                <span className="home-when num"><Length seconds={run.total_run_time} since={run.state_type === "RUNNING" ? now : null} /></span>
              </li>
            ))}
          </ul>
          {running.count > running.rows.length && <Link className="home-more" to={paths.runs} search={{ state: "RUNNING,PENDING,CANCELLING", when: "any" }}>All {grouped(running.count)}</Link>}
        </div>
      )}
    </Section>
  );
}

/** How far a run is, which grows with the clock. */
function Progress({ run, since }: { run: RunningRun; since: string }) {
  useTick();
  const seconds = run.total_run_time + (run.state_type === "RUNNING" ? Math.max(0, (serverNow() - Date.parse(since)) / 1000) : 0);
  const { part, words } = howFar(seconds, run);
  if (words === "") return null;
  return (
    <p className="how-far muted">
      {part !== null && <span className="how-far-bar" aria-hidden="true"><i style={{ width: `${part * 100}%` }} /></span>}
      <span className="cut" title={words}>{words}</span>
    </p>
  );
}
