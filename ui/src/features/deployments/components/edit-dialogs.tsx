import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@/lib/router";
import { useState } from "react";
import { Command } from "@/components/command";
import { Field, Input, TextArea } from "@/components/field";
import { FormDialog } from "@/components/form-dialog";
import { TagsDialog } from "@/components/tags-dialog";
import { paths } from "@/config/paths";
import { readObject } from "@/lib/json-object";
import { changeDeployment, createDeployment } from "../api/change-deployment";
import type { Deployment } from "../api/get-deployment";
import { commands, type Named } from "../commands";
import { copyOf } from "../copy";

interface Props {
  deployment: Deployment;
  named: Named;
  onClose: () => void;
}

/** Reads the page again, and closes. */
function useDone({ named, onClose }: Props): () => void {
  const queries = useQueryClient();
  return () => {
    void queries.invalidateQueries({ queryKey: ["deployment-overview", named.id] });
    onClose();
  };
}

export function DeploymentTags(props: Props) {
  const { deployment, named, onClose } = props;
  const onDone = useDone(props);
  return <TagsDialog of={named.name} tags={deployment.tags} command={(tags) => commands.change(named, { tags })} save={(tags) => changeDeployment(named.id, { tags })} onDone={onDone} onClose={onClose} />;
}

/** What its runs ask of their infrastructure besides the pool's own. */
export function JobVariables(props: Props) {
  const { deployment, named, onClose } = props;
  const [text, setText] = useState(() => JSON.stringify(deployment.job_variables, null, 2));
  const variables = readObject(text);
  const bad = variables instanceof Error;
  const onDone = useDone(props);
  return (
    <FormDialog wide title={`Job variables of ${named.name}`} act="Save" not={bad} onDone={onDone} onClose={onClose}
      run={async () => { if (!bad) await changeDeployment(named.id, { job_variables: variables }); }}>
      <Field label="Job variables" hint="In place of those of the pool's template. Runs that have begun keep theirs." error={bad ? variables.message : undefined}>
        {(props) => <TextArea {...props} className="mono" rows={10} spellCheck={false} value={text} onInput={(event) => setText(event.currentTarget.value)} />}
      </Field>
      {!bad && <Command text={commands.change(named, { job_variables: variables })} />}
    </FormDialog>
  );
}

/** Makes another deployment like this one, and goes to it. */
export function Duplicate({ deployment, named, onClose }: Props) {
  const [name, setName] = useState(`${deployment.name}-copy`);
  const navigate = useNavigate();
  const queries = useQueryClient();
  const wanted = name.trim();
  const run = async () => {
    const id = await createDeployment(named.name.slice(0, named.name.length - deployment.name.length - 1), copyOf(deployment, wanted));
    void queries.invalidateQueries({ queryKey: ["deployment-rows"] });
    await navigate({ to: paths.deployment, params: { id } });
  };
  return (
    <FormDialog title={`Duplicate ${named.name}`} act="Make it" not={wanted === "" || /[/%&<>]/.test(wanted)} run={run} onDone={onClose} onClose={onClose}>
      <Field label="Name" hint="The copy has its parameters, schedules, limit and infrastructure, not its agreements. It is paused until you resume it." error={/[/%&<>]/.test(wanted) ? "A name has none of / % & < >." : undefined}>
        {(props) => <Input {...props} required autoFocus value={name} onInput={(event) => setName(event.currentTarget.value)} />}
      </Field>
      <Command text={commands.create(copyOf(deployment, wanted))} />
    </FormDialog>
  );
}
