import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Command } from "@/components/command";
import { Field, Input, Select, TextArea } from "@/components/field";
import { FormDialog } from "@/components/form-dialog";
import { changeDeployment } from "../api/change-deployment";
import type { Deployment } from "../api/get-deployment";
import { poolNames } from "../api/get-pool-names";
import { commands, type Named } from "../commands";
import { changesOf, draftOf } from "../edit";

/** What a deployment is, where its code is and where it runs. Its parameters, job variables, tags and limit have dialogs of their own. */
export function EditDeployment({ deployment, named, onClose }: { deployment: Deployment; named: Named; onClose: () => void }) {
  const [before] = useState(() => draftOf(deployment));
  const [draft, setDraft] = useState(before);
  const { data: pools = [] } = useQuery(poolNames);
  const queries = useQueryClient();
  const set = (part: Partial<typeof draft>) => setDraft({ ...draft, ...part });
  const changes = changesOf(before, draft);
  const unchanged = Object.keys(changes).length === 0;
  const choices = [...new Set([...(before.pool === "" ? [""] : [before.pool]), ...pools])].map((name) => ({ value: name, label: name || "None: no worker starts its runs" }));
  return (
    <FormDialog wide title={`Edit ${named.name}`} act="Save" not={unchanged} run={() => changeDeployment(deployment.id, { ...changes })} onClose={onClose}
      onDone={() => { void queries.invalidateQueries({ queryKey: ["deployment-overview", deployment.id] }); onClose(); }}>
      <Field label="Description">{(props) => <TextArea {...props} rows={3} spellCheck value={draft.description} onInput={(event) => set({ description: event.currentTarget.value })} />}</Field>
      <div className="run-wish">
        <Field label="Entrypoint" hint="The file and the flow in it: flows.py:train">{(props) => <Input {...props} value={draft.entrypoint} spellCheck={false} onInput={(event) => set({ entrypoint: event.currentTarget.value })} />}</Field>
        <Field label="Path" hint="Where its code is, for the worker.">{(props) => <Input {...props} value={draft.path} spellCheck={false} onInput={(event) => set({ path: event.currentTarget.value })} />}</Field>
        <Field label="Version">{(props) => <Input {...props} value={draft.version} spellCheck={false} onInput={(event) => set({ version: event.currentTarget.value })} />}</Field>
        <Field label="Pool" hint="Runs that have been made stay where they are.">{(props) => <Select {...props} value={draft.pool} options={choices} onPick={(pool) => set({ pool, queue: pool === before.pool ? before.queue : "" })} />}</Field>
        <Field label="Queue" hint="Empty is the pool's first; one that is not there is made.">{(props) => <Input {...props} value={draft.queue} disabled={draft.pool === ""} onInput={(event) => set({ queue: event.currentTarget.value })} />}</Field>
      </div>
      <label className="check"><input type="checkbox" checked={draft.enforce} onChange={() => set({ enforce: !draft.enforce })} />Parameters are checked against its schema</label>
      {!unchanged && <Command text={commands.change(named, { ...changes })} />}
    </FormDialog>
  );
}
