import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { grouped } from "@/lib/numbers";
import { Link } from "@/lib/router";
import { useState } from "react";
import { resumeRun } from "@/api/change-runs";
import type { ApprovalRow } from "@/api/schema";
import { Button } from "@/components/button";
import { Page, useTitle } from "@/components/page";
import { ResumeDialog } from "@/components/resume-dialog";
import { StateBadge } from "@/components/state-badge";
import { Time } from "@/components/time";
import { tell } from "@/components/toast";
import { Empty, Failure, Waiting } from "@/components/views";
import { paths } from "@/config/paths";
import { approvals } from "./api/get-approvals";
import "./approvals.css";

/** Runs that wait for somebody. */
export function ApprovalsPage() {
  useTitle("Approvals");
  const query = useQuery(approvals);
  const [answering, setAnswering] = useState<ApprovalRow | null>(null);
  if (query.isPending) return <Waiting what="what waits for you" />;
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  const { rows, count } = query.data;
  return (
    <Page title="Approvals" beside={count > 0 && <span className="faint">{grouped(count)}{count > rows.length && `, the first ${rows.length} are shown`}</span>}>
      {rows.length === 0 ? (
        <Empty title="Nothing waits for you" icon="hand">A flow waits for somebody by pause_flow_run() or suspend_flow_run(); with wait_for_input=… it asks for values, which are given here.</Empty>
      ) : (
        <ul className="card approvals">{rows.map((row) => <Waits key={row.id} row={row} onAnswer={() => setAnswering(row)} />)}</ul>
      )}
      {answering?.schema && <ResumeDialog run={answering} input={answering.schema} onClose={() => setAnswering(null)} />}
    </Page>
  );
}

function Waits({ row, onAnswer }: { row: ApprovalRow; onAnswer: () => void }) {
  const queries = useQueryClient();
  const resume = useMutation({
    mutationFn: () => resumeRun(row.id, null),
    onSuccess: () => tell(`${row.name} goes on`),
    onError: (error) => tell(error.message, true),
    onSettled: () => queries.invalidateQueries({ queryKey: ["approvals"] }),
  });
  return (
    <li>
      <StateBadge run={row} />
      <div className="approval-what">
        <p className="cut"><Link to={paths.run} params={{ id: row.id }} className="approval-name">{row.name}</Link> <span className="muted">{row.flow_name}</span></p>
        {row.message && <p className="muted">{row.message}</p>}
        <p className="faint">since <Time at={row.state_timestamp} />{row.until && <>, given up <Time at={row.until} /></>}</p>
      </div>
      {row.schema ? <Button changes look="primary" icon="edit" onClick={onAnswer} aria-label={`Answer ${row.name}`}>Answer …</Button>
        : row.asks ? <Link className="button" to={paths.run} params={{ id: row.id }}>Open it to answer</Link>
        : <Button changes look="primary" icon="play" disabled={resume.isPending} onClick={() => resume.mutate()} aria-label={`Resume ${row.name}`}>Resume</Button>}
    </li>
  );
}
