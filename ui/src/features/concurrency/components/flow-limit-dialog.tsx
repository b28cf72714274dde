import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { Command } from "@/components/command";
import { Field, Input } from "@/components/field";
import { FormDialog } from "@/components/form-dialog";
import { apiCommand } from "@/lib/command-line";
import { readLimit } from "@/lib/limits";
import { setFlowLimit } from "../api/change-limit";
import { flowOf, flowsNamed } from "../api/find-flows";
import type { Limit } from "../types";
import { flowLimitPath } from "../words";

/** Limits how many runs of a flow are active at once, in all its deployments; without a limit to change it asks for the flow. */
export function FlowLimitDialog({ limit, onClose }: { limit?: Limit; onClose: () => void }) {
  const [name, setName] = useState(limit?.title ?? "");
  const [text, setText] = useState(limit?.limit.toString() ?? "1");
  const names = useId();
  const queries = useQueryClient();
  const { data: flows = [] } = useQuery({ ...flowsNamed(name.trim()), enabled: limit === undefined });
  const most = readLimit(text);
  const bad = most === null || most instanceof Error;
  const known = limit?.id ?? flows.find((flow) => flow.name === name.trim())?.id;
  const run = async () => {
    if (bad) return;
    const id = known ?? await flowOf(name.trim());
    if (id === null) throw new Error(`There is no flow ${name.trim()}.`);
    await setFlowLimit(id, most);
  };
  const done = () => {
    void queries.invalidateQueries({ queryKey: ["limits"] });
    onClose();
  };
  return (
    <FormDialog title={limit ? `Change the limit of ${limit.title}` : "Limit a flow"} act={limit ? "Change it" : "Limit it"} not={bad || name.trim() === ""} run={run} onDone={done} onClose={onClose}>
      {!limit && (
        <Field label="Flow">
          {(props) => <Input {...props} required list={names} autoComplete="off" value={name} onInput={(event) => setName(event.currentTarget.value)} />}
        </Field>
      )}
      {!limit && <datalist id={names}>{flows.map((flow) => <option key={flow.id} value={flow.name} />)}</datalist>}
      <Field label="Runs at once" hint="In all its deployments and pools. 0 lets none start; paused runs and those without a deployment do not count." error={bad ? "A whole number from 0 on." : undefined}>
        {(props) => <Input {...props} inputMode="numeric" value={text} onInput={(event) => setText(event.currentTarget.value)} />}
      </Field>
      {known !== undefined && !bad && <Command text={apiCommand("PUT", flowLimitPath(known), { max_concurrent: most })} />}
    </FormDialog>
  );
}
