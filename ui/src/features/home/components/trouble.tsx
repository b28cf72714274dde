import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { changeRuns, tellOutcome } from "@/api/change-runs";
import type { FlowRunRow, Home, RunGroup } from "@/api/types";
import { Button } from "@/components/button";
import { Icon } from "@/components/icon";
import { Section } from "@/components/page";
import { StateBadge } from "@/components/state-badge";
import { Time } from "@/components/time";
import { tell } from "@/components/toast";
import { paths } from "@/config/paths";

const shown = 6;

/** What needs somebody, each with the next step. */
export function Trouble({ trouble, health }: { trouble: Home["trouble"]; health: string | null }) {
  const { failed, late, waiting } = trouble;
  const count = failed.count + late.count + waiting.count + (health === null ? 0 : 1);
  return (
    <Section title="Needs you" beside={count > 0 && <span className="faint">{count.toLocaleString("en")}</span>}>
      {count === 0 ? <p className="card quiet-good"><Icon name="check" /><span>Nothing failed in the last 24 hours, nothing is late, nothing waits for you.</span></p> : (
        <div className="card">
          <ul className="home-list">
            {health !== null && <li className="home-row" data-tone="failed"><span className="state"><Icon name="alert" size={14} />Server</span><div><b>The server is not well</b><p className="muted">{health}</p></div></li>}
            <Rows group={waiting} next={(run) => <Act run={run} action="resume" />} when={(run) => run.state_timestamp} />
            <Rows group={late} next={(run) => <Link className="button" to={paths.run} params={{ id: run.id }}>See why</Link>} when={(run) => run.expected_start_time} />
            <Rows group={failed} next={(run) => run.deployment_id && <Act run={run} action="retry" />} when={(run) => run.end_time} />
          </ul>
          <More group={failed} search={{ state: "FAILED,CRASHED", when: "24h" }} what="that failed" />
          <More group={late} search={{ state: "Late", when: "any" }} what="that are late" />
        </div>
      )}
    </Section>
  );
}

function Rows({ group, next, when }: { group: RunGroup; next: (run: FlowRunRow) => ReactNode; when: (run: FlowRunRow) => string | null }) {
  return group.rows.slice(0, shown).map((run) => (
    <li key={run.id} className="home-row">
      <StateBadge run={run} />
      <div>
        <p className="cut"><Link to={paths.run} params={{ id: run.id }} className="home-name">{run.name}</Link> <span className="muted">{run.flow_name}</span></p>
        {run.message && <p className="muted cut" title={run.message}>{run.message.split("\n")[0]?.replace(/^Flow run encountered an exception: /, "")}</p>}
      </div>
      <span className="home-when faint"><Time at={when(run)} /></span>
      {next(run)}
    </li>
  ));
}

function More({ group, search, what }: { group: RunGroup; search: Record<string, string>; what: string }) {
  if (group.count <= shown) return null;
  return <Link className="home-more" to={paths.runs} search={search}>All {group.count.toLocaleString("en")} {what}</Link>;
}

function Act({ run, action }: { run: FlowRunRow; action: "resume" | "retry" }) {
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: () => changeRuns(action, [run.id]),
    onSuccess: (outcome) => tell(`${run.name}: ${tellOutcome(action, outcome)}`, outcome.refused.size > 0),
    onError: (error) => tell(error.message, true),
    onSettled: () => void queries.invalidateQueries({ queryKey: ["home"] }),
  });
  return <Button disabled={act.isPending} onClick={() => act.mutate()} aria-label={`${action === "resume" ? "Resume" : "Retry"} ${run.name}`}>{action === "resume" ? "Resume" : "Retry"}</Button>;
}
