import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { resumeRun } from "@/api/change-runs";
import type { FlowRun } from "@/api/types";
import { Button } from "@/components/button";
import { Menu, type MenuItem } from "@/components/menu";
import { ResumeDialog } from "@/components/resume-dialog";
import { Sure } from "@/components/sure";
import { tell } from "@/components/toast";
import { paths } from "@/config/paths";
import { copyText } from "@/lib/browser";
import { useDeletion } from "@/lib/leave";
import { possible } from "@/lib/states";
import { cancelRun, deleteRun, pauseOf, pauseRun, type Proposal, retryRun } from "../api/change-run";
import { commands } from "../commands";
import { type Wish, wishOf } from "../wish";
import { ChangeStateDialog } from "./change-state-dialog";
import { RerunDialog } from "./rerun-dialog";

type Asking = Wish | "delete" | "state" | "rerun" | null;

const noDeployment = "It has no deployment, so no worker can start it.";

/** What can be done with a run now. What cannot says why. */
export function RunActions({ run, wished, onWished }: { run: FlowRun; wished: string | undefined; onWished: () => void }) {
  const [asked, setAsking] = useState<Asking>(null);
  const asking = asked ?? wishOf(wished, run);
  const vain = wished !== undefined && wishOf(wished, run) === null;
  useEffect(() => { // else it would be asked for once the run comes into a state for it
    if (vain) onWished();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- when it turns out to be in vain
  }, [vain]);
  const queries = useQueryClient();
  const leave = useDeletion();
  const can = possible(run);
  const close = () => {
    setAsking(null);
    if (wished !== undefined) onWished();
  };
  const act = useMutation({
    mutationFn: (what: () => Promise<void>) => what(),
    onError: (error) => tell(error.message, true),
    onSettled: () => {
      close();
      void queries.invalidateQueries({ queryKey: ["run", run.id] });
    },
  });
  const remove = () => act.mutate(async () => {
    await leave(paths.runs, () => deleteRun(run.id));
    tell(`${run.name} is deleted`);
  });
  const keyset = run.state?.state_details.run_input_keyset as { schema?: string } | null | undefined;
  const asksInput = Boolean(keyset);
  const resume = () => (asksInput ? setAsking("resume") : act.mutate(() => resumeRun(run.id, null)));
  const retry: MenuItem = {
    changes: true, label: "Retry", icon: "retry", onPick: () => act.mutate(() => retryRun(run.id)),
    not: !can.retry ? "It has not ended." : run.deployment_id ? undefined : noDeployment,
  };
  const items: MenuItem[] = [
    ...(can.retry ? [] : [retry]),
    { changes: true, label: "Run again with other parameters …", icon: "play", not: run.deployment_id ? undefined : noDeployment, onPick: () => setAsking("rerun") },
    { changes: true, label: "Pause …", icon: "pause", not: !can.pause ? "It is not running." : run.deployment_id ? undefined : noDeployment, onPick: () => setAsking("pause") },
    { changes: true, label: "Change the state …", icon: "dots", onPick: () => setAsking("state") },
    { label: "Copy the id", icon: "copy", onPick: () => void copyText(run.id).then((copied) => tell(copied ? "The id is copied" : `The browser does not let us copy: ${run.id}`, !copied)) },
    { changes: true, label: "Delete …", icon: "trash", danger: true, onPick: () => setAsking("delete") },
  ];
  return (
    <div className="buttons">
      {can.resume && <Button changes look="primary" icon="play" disabled={act.isPending} title={asksInput ? undefined : commands.resume(run.id)} onClick={resume}>{asksInput ? "Answer and resume …" : "Resume"}</Button>}
      {can.cancel && <Button changes icon="slash" disabled={act.isPending} title={commands.cancel(run.id)} onClick={() => setAsking("cancel")}>Cancel</Button>}
      {can.retry && <Button changes icon="retry" disabled={act.isPending || retry.not !== undefined} title={retry.not ?? commands.retry(run.id)} onClick={retry.onPick}>Retry</Button>}
      <Menu label="More actions" icon="more" square items={items} />
      {asking === "cancel" && (
        <Sure title={`Cancel ${run.name}?`} text="Its worker ends the process; what has not started does not start." yes="Cancel the run" no="Leave it" command={commands.cancel(run.id)} onNo={close} busy={act.isPending} onYes={() => act.mutate(() => cancelRun(run.id))} />
      )}
      {asking === "delete" && (
        <Sure title={`Delete ${run.name}?`} text="Its states, task runs and logs are deleted with it. This cannot be undone." yes="Delete" no="Keep it" danger command={commands.delete(run.id)} onNo={close} busy={act.isPending} onYes={remove} />
      )}
      {asking === "retry" && (
        <Sure title={`Retry ${run.name}?`} text="A worker starts it again with the same parameters." yes="Retry" no="Leave it" command={commands.retry(run.id)} onNo={close} busy={act.isPending} onYes={() => act.mutate(() => retryRun(run.id))} />
      )}
      {asking === "pause" && <PauseDialog run={run} busy={act.isPending} onNo={close} onYes={(pause) => act.mutate(() => pauseRun(run.id, pause))} />}
      {asking === "resume" && !asksInput && (
        <Sure title={`Resume ${run.name}?`} text="It goes on where it paused." yes="Resume" no="Leave it" command={commands.resume(run.id)} onNo={close} busy={act.isPending} onYes={() => act.mutate(() => resumeRun(run.id, null))} />
      )}
      {asking === "state" && <ChangeStateDialog run={run} onClose={close} />}
      {asking === "rerun" && <RerunDialog run={run} onClose={close} />}
      {asking === "resume" && asksInput && <ResumeDialog run={{ id: run.id, name: run.name, message: run.state?.message ?? null }} input={keyset?.schema ?? ""} onClose={close} />}
    </div>
  );
}

function PauseDialog({ run, busy, onYes, onNo }: { run: FlowRun; busy: boolean; onYes: (pause: Proposal) => void; onNo: () => void }) {
  const [proposal] = useState(pauseOf);
  return (
    <Sure title={`Pause ${run.name}?`} text="Its process ends at its next task. Within a day it can be resumed, by another process; after that it fails." yes="Pause the run" no="Leave it"
      command={commands.propose(run.id, proposal)} busy={busy} onNo={onNo} onYes={() => onYes(proposal)} />
  );
}
