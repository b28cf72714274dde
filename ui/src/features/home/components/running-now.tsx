import { Link } from "@tanstack/react-router";
import type { RunGroup } from "@/api/types";
import { Section } from "@/components/page";
import { StateBadge } from "@/components/state-badge";
import { Length } from "@/components/time";
import { paths } from "@/config/paths";

/** What runs now, and for how long. */
export function RunningNow({ running, now }: { running: RunGroup; now: string }) {
  return (
    <Section title="Runs now" beside={running.count > 0 && <span className="faint">{running.count.toLocaleString("en")}</span>}>
      {running.count === 0 ? <p className="card home-none muted">Nothing runs.</p> : (
        <div className="card">
          <ul className="home-list">
            {running.rows.map((run) => (
              <li key={run.id} className="home-row">
                <StateBadge run={run} />
                <p className="cut"><Link to={paths.run} params={{ id: run.id }} className="home-name">{run.name}</Link> <span className="muted">{run.flow_name}</span></p>
                <span className="home-when num"><Length seconds={run.total_run_time} since={run.state_type === "RUNNING" ? now : null} /></span>
              </li>
            ))}
          </ul>
          {running.count > running.rows.length && <Link className="home-more" to={paths.runs} search={{ state: "RUNNING,PENDING,CANCELLING", when: "any" }}>All {running.count.toLocaleString("en")}</Link>}
        </div>
      )}
    </Section>
  );
}
