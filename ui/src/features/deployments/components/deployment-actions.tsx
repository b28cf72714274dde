import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@/lib/router";
import { useEffect, useState } from "react";
import { Button } from "@/components/button";
import { Field, Select } from "@/components/field";
import { LimitDialog } from "@/components/limit-dialog";
import { Menu } from "@/components/menu";
import { Sure } from "@/components/sure";
import { tell } from "@/components/toast";
import { paths } from "@/config/paths";
import { copyText } from "@/lib/browser";
import { useDeletion } from "@/lib/leave";
import { useQueryTexts } from "@/lib/route";
import { deleteDeployment, limitDeployment, pauseDeployment } from "../api/change-deployment";
import { createRun } from "../api/create-run";
import type { Collision, Deployment } from "../api/get-deployment";
import { commands, type Named } from "../commands";
import { needsValues, type Wish, wishOf } from "../run-wish";
import { DeploymentTags, Duplicate, JobVariables } from "./edit-dialogs";
import { EditDeployment } from "./edit-deployment";
import { ParametersDialog } from "./parameters-dialog";
import { RunDialog } from "./run-dialog";

type Asking = Wish | "edit" | "limit" | "parameters" | "tags" | "job" | "duplicate" | "delete" | null;

/** What can be done with a deployment. */
export function DeploymentActions({ deployment, named }: { deployment: Deployment; named: Named }) {
  const [asked, setAsking] = useState<Asking>(null);
  const { do: wished } = useQueryTexts();
  const asking = asked ?? wishOf(wished, deployment.paused);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const leave = useDeletion();
  const forget = () => void navigate({ to: paths.deployment, params: { id: deployment.id }, replace: true, resetScroll: false });
  const close = () => {
    setAsking(null);
    if (wished !== undefined) forget();
  };
  const vain = wished !== undefined && wishOf(wished, deployment.paused) === null;
  useEffect(() => { // else it would be asked for once it makes sense
    if (vain) forget();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- when it turns out to be in vain
  }, [vain]);
  const read = () => queries.invalidateQueries({ queryKey: ["deployment-overview", deployment.id] });
  const act = useMutation({
    mutationFn: (what: () => Promise<unknown>) => what(),
    onError: (error) => tell(error.message, true),
    onSettled: close,
  });
  const pause = (paused: boolean) => act.mutate(async () => {
    await pauseDeployment(deployment.id, paused);
    await read();
  });
  const run = () => {
    if (needsValues(deployment.parameter_openapi_schema, deployment.parameters)) setAsking("run");
    else act.mutate(async () => navigate({ to: paths.run, params: { id: await createRun(deployment.id, {}) } }));
  };
  const remove = () => act.mutate(async () => {
    await leave(paths.deployments, () => deleteDeployment(deployment.id));
    tell(`${named.name} is deleted`);
    void queries.invalidateQueries({ queryKey: ["deployment-rows"] });
  });
  return (
    <>
      <Button changes look="primary" icon="play" disabled={act.isPending} onClick={run} title={commands.run(named)}>Run now</Button>
      <Button changes onClick={() => setAsking("run")}>Run with …</Button>
      {deployment.paused
        ? <Button changes icon="play" disabled={act.isPending} onClick={() => pause(false)} title={commands.pause(named, false)}>Resume</Button>
        : <Button changes icon="pause" disabled={act.isPending} onClick={() => setAsking("pause")}>Pause</Button>}
      <Menu label="More actions" icon="more" square items={[
        { changes: true, label: "Edit …", icon: "edit", onPick: () => setAsking("edit") },
        { changes: true, label: "Parameters …", icon: "edit", onPick: () => setAsking("parameters") },
        { changes: true, label: "Job variables …", icon: "edit", onPick: () => setAsking("job") },
        { changes: true, label: "Tags …", icon: "edit", onPick: () => setAsking("tags") },
        { changes: true, label: "Duplicate …", icon: "plus", onPick: () => setAsking("duplicate") },
        { changes: true, label: "Limit …", icon: "filter", onPick: () => setAsking("limit") },
        { label: "Copy the id", icon: "copy", onPick: () => void copyText(deployment.id).then((copied) => tell(copied ? "The id is copied" : `The browser does not let us copy: ${deployment.id}`, !copied)) },
        { changes: true, label: "Delete …", icon: "trash", danger: true, onPick: () => setAsking("delete") },
      ]} />
      {asking === "run" && <RunDialog deployment={deployment} named={named} onClose={close} />}
      {asking === "edit" && <EditDeployment deployment={deployment} named={named} onClose={close} />}
      {asking === "parameters" && <ParametersDialog deployment={deployment} named={named} onClose={close} />}
      {asking === "tags" && <DeploymentTags deployment={deployment} named={named} onClose={close} />}
      {asking === "job" && <JobVariables deployment={deployment} named={named} onClose={close} />}
      {asking === "duplicate" && <Duplicate deployment={deployment} named={named} onClose={close} />}
      {asking === "limit" && <Limit deployment={deployment} named={named} onClose={close} />}
      {asking === "pause" && (
        <Sure title={`Pause ${named.name}?`} text="Its schedules make no more runs, and those that they have made and that have not begun are deleted. What runs goes on, and somebody can still start it." yes="Pause it" no="Leave it"
          busy={act.isPending} command={commands.pause(named, true)} onNo={close} onYes={() => pause(true)} />
      )}
      {asking === "resume" && (
        <Sure title={`Resume ${named.name}?`} text="Its schedules make runs again." yes="Resume it" no="Leave it"
          busy={act.isPending} command={commands.pause(named, false)} onNo={close} onYes={() => pause(false)} />
      )}
      {asking === "delete" && (
        <Sure title={`Delete ${named.name}?`} text="Its schedules and the runs that have not begun are deleted with it; its other runs stay. This cannot be undone." yes="Delete" no="Keep it" danger
          busy={act.isPending} command={commands.delete(named)} onNo={close} onYes={remove} />
      )}
    </>
  );
}

const collisions = [{ value: "ENQUEUE", label: "It waits" }, { value: "CANCEL_NEW", label: "It is cancelled" }];

function Limit({ deployment, named, onClose }: { deployment: Deployment; named: Named; onClose: () => void }) {
  const [collision, setCollision] = useState<Collision>(deployment.concurrency_options?.collision_strategy ?? "ENQUEUE");
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: (limit: number | null) => limitDeployment(deployment.id, limit, collision),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["deployment-overview", deployment.id] });
      onClose();
    },
  });
  return (
    <LimitDialog title={`Limit ${named.name}`} limit={deployment.global_concurrency_limit?.limit ?? null} least={1} busy={save.isPending} error={save.error?.message}
      hint="How many of its runs may be active at once." command={(limit) => commands.limit(named, limit, collision)} onSave={(limit) => save.mutate(limit)} onClose={onClose}>
      <Field label="What becomes of a run that finds it full">{(props) => <Select {...props} value={collision} options={collisions} onPick={(value) => setCollision(value as Collision)} />}</Field>
    </LimitDialog>
  );
}
