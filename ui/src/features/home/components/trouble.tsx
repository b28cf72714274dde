import { useMutation, useQueryClient } from "@tanstack/react-query";
import { grouped } from "@/lib/numbers";
import { Link } from "@/lib/router";
import type { ReactNode } from "react";
import { changeRuns, tellOutcome } from "@/api/change-runs";
import type { FlowRunRow, Home } from "@/api/types";
import { Button } from "@/components/button";
import { Icon } from "@/components/icon";
import { Section } from "@/components/page";
import { StateBadge } from "@/components/state-badge";
import { Time } from "@/components/time";
import { tell } from "@/components/toast";
import { paths } from "@/config/paths";
import { GivenUp } from "./given-up";
import { faultsOf, ServerTrouble } from "./server-trouble";

/** How many of a kind are shown. */
const shown = 6;

type Trouble = Home["trouble"];

/** How many things need somebody. */
export function countOf({ failed, late, stuck, waiting, deliveries, webhooks }: Trouble): number {
  return failed.count + late.count + stuck.count + waiting.count + deliveries.count + webhooks;
}

/** What needs somebody, each with the next step. */
export function Trouble({ home: { trouble, ...state } }: { home: Home }) {
  const { failed, late, stuck, waiting, deliveries, webhooks } = trouble;
  const count = countOf(trouble) + faultsOf(state);
  return (
    <Section title="Needs you" beside={count > 0 && <span className="faint">{grouped(count)}</span>}>
      {count === 0 ? <p className="card quiet-good"><Icon name="check" /><span>Nothing failed in the last 24 hours, nothing is late or stuck, nothing was given up, nothing waits for you.</span></p> : (
        <div className="card">
          <ul className="home-list">
            <ServerTrouble {...state} />
            <Rows group={waiting} next={(run) => run.asks ? <Link className="button" to={paths.approvals}>Answer …</Link> : <Act run={run} action="resume" />} when={(run) => run.state_timestamp} />
            <GivenUp deliveries={deliveries.rows.slice(0, shown)} webhooks={webhooks} />
            <Rows group={late} next={(run) => <Link className="button" to={paths.run} params={{ id: run.id }}>See why</Link>} when={(run) => run.expected_start_time} />
            <Rows group={stuck} next={(run) => <Link className="button" to={paths.run} params={{ id: run.id }} aria-label={`See why ${run.name} does not go on`}>See why</Link>} when={(run) => run.state_timestamp} />
            <Rows group={failed} next={(run) => run.deployment_id && <Act run={run} action="retry" />} when={(run) => run.end_time} />
          </ul>
          <More count={waiting.count} to={paths.approvals} search={{}} what="that wait for you" />
          <More count={deliveries.count} to={paths.deliveries} search={{ status: "dead" }} what="deliveries that were given up" />
          <More count={failed.count} to={paths.runs} search={{ state: "FAILED,CRASHED", when: "24h" }} what="that failed" />
          <More count={stuck.count} to={paths.runs} search={{ state: "PENDING,CANCELLING", when: "any" }} what="whose process neither starts nor ends" />
          <More count={late.count} to={paths.runs} search={{ state: "Late", when: "any" }} what="that are late" />
        </div>
      )}
    </Section>
  );
}

interface RowsProps<Run> {
  group: { rows: readonly Run[] };
  next: (run: Run) => ReactNode;
  when: (run: Run) => string | null;
}

function Rows<Run extends FlowRunRow>({ group, next, when }: RowsProps<Run>) {
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

function More({ count, to, search, what }: { count: number; to: string; search: Record<string, string>; what: string }) {
  if (count <= shown) return null;
  return <Link className="home-more" to={to} search={search}>All {grouped(count)} {what}</Link>;
}

function Act({ run, action }: { run: FlowRunRow; action: "resume" | "retry" }) {
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: () => changeRuns(action, [run.id]),
    onSuccess: (outcome) => tell(`${run.name}: ${tellOutcome(action, outcome)}`, outcome.refused.size > 0),
    onError: (error) => tell(error.message, true),
    onSettled: () => void queries.invalidateQueries({ queryKey: ["home"] }),
  });
  return <Button changes disabled={act.isPending} onClick={() => act.mutate()} aria-label={`${action === "resume" ? "Resume" : "Retry"} ${run.name}`}>{action === "resume" ? "Resume" : "Retry"}</Button>;
}
