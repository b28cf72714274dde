import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Action, changeRuns, deleteTaskRuns, tellOutcome } from "@/api/change-runs";
import type { FlowRunRow, TaskRunRow } from "@/api/types";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { tell } from "@/components/toast";
import { possible } from "@/lib/states";
import "./bulk-bar.css";

interface Props<T> {
  chosen: readonly T[];
  onDone: () => void;
}

interface Act<T> {
  action: Action;
  label: string;
  able: (run: T) => boolean;
  icon: "slash" | "retry" | "play" | "trash";
}

const forFlowRuns: Act<FlowRunRow>[] = [
  { action: "cancel", label: "Cancel", able: (run) => possible(run).cancel, icon: "slash" },
  { action: "retry", label: "Retry", able: (run) => possible(run).retry && run.deployment_id !== null, icon: "retry" },
  { action: "resume", label: "Resume", able: (run) => possible(run).resume, icon: "play" },
  { action: "delete", label: "Delete", able: () => true, icon: "trash" },
];

// The states of task runs are their flow run's: the contract has nothing else that may be done with them from outside.
const forTaskRuns: Act<TaskRunRow>[] = [{ action: "delete", label: "Delete", able: () => true, icon: "trash" }];

export function BulkBar(props: Props<FlowRunRow>) {
  return <Bar {...props} actions={forFlowRuns} change={changeRuns} list="flow-run-rows" explain={explain} />;
}

export function TaskBulkBar(props: Props<TaskRunRow>) {
  return <Bar {...props} actions={forTaskRuns} change={(_, ids) => deleteTaskRuns(ids)} list="task-run-rows" explain={() => "They vanish from the pages of their flow runs; their lines of logs stay there. This cannot be undone."} />;
}

interface BarProps<T> extends Props<T> {
  actions: readonly Act<T>[];
  change: typeof changeRuns;
  /** The query that shows them. */
  list: string;
  explain: (action: Action) => string;
}

/** What may be done with the rows that are chosen; it says of how many, asks once, and tells what came of it. */
function Bar<T extends { id: string; name: string }>({ chosen, onDone, actions, change, list, explain: explained }: BarProps<T>) {
  const [asked, setAsked] = useState<Action | null>(null);
  const queries = useQueryClient();
  const mutation = useMutation({
    mutationFn: ({ action, ids }: { action: Action; ids: string[] }) => change(action, ids),
    onSuccess: (outcome, { action }) => {
      tell(tellOutcome(action, outcome), outcome.refused.size > 0);
      onDone();
    },
    onError: (error) => tell(error.message, true),
    onSettled: () => {
      setAsked(null);
      void queries.invalidateQueries({ queryKey: [list] });
    },
  });
  const picked = actions.find(({ action }) => action === asked);
  const able = picked ? chosen.filter(picked.able) : [];
  return (
    <div className="bulk" role="toolbar" aria-label="Chosen runs">
      <span><b>{chosen.length}</b> chosen</span>
      {actions.map(({ action, label, icon, able: may }) => {
        const n = chosen.filter(may).length;
        return (
          <Button changes key={action} icon={icon} look={action === "delete" ? "danger" : "plain"} disabled={n === 0} onClick={() => setAsked(action)}>
            {n === chosen.length ? label : `${label} ${n}`}
          </Button>
        );
      })}
      <Button look="quiet" onClick={onDone}>Clear</Button>
      {picked && (
        <Dialog title={`${picked.label} ${able.length} ${able.length === 1 ? "run" : "runs"}?`} onClose={() => setAsked(null)}>
          <p>{explained(picked.action)}{able.length < chosen.length && ` ${chosen.length - able.length} of those you chose are left out: they are in no state for it.`}</p>
          <ul className="bulk-names">{able.slice(0, 8).map((run) => <li key={run.id} className="cut">{run.name}</li>)}{able.length > 8 && <li className="faint">and {able.length - 8} more</li>}</ul>
          <footer>
            <Button onClick={() => setAsked(null)}>Leave them</Button>
            <Button changes look={picked.action === "delete" ? "danger" : "primary"} disabled={mutation.isPending}
              onClick={() => mutation.mutate({ action: picked.action, ids: able.map((run) => run.id) })}>
              {mutation.isPending ? "Working …" : picked.label}
            </Button>
          </footer>
        </Dialog>
      )}
    </div>
  );
}

function explain(action: Action): string {
  switch (action) {
    case "cancel": return "Their workers end the processes; what has not started does not start.";
    case "retry": return "A worker starts them again with the same parameters.";
    case "resume": return "They go on where they paused. One that waits for input has to be resumed on its own page.";
    case "delete": return "Their states, task runs and logs are deleted with them. This cannot be undone.";
  }
}
