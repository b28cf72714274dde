import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { FlowRun, StateType } from "@/api/types";
import { Button } from "@/components/button";
import { Command } from "@/components/command";
import { Dialog } from "@/components/dialog";
import { Field, Input, Select } from "@/components/field";
import { setState, stateOf } from "../api/change-run";
import { commands } from "../commands";

const ends: { value: StateType; label: string }[] = [
  { value: "COMPLETED", label: "Completed" }, { value: "FAILED", label: "Failed" }, { value: "CRASHED", label: "Crashed" }, { value: "CANCELLED", label: "Cancelled" },
];

/** Writes a state over the present one, past all rules: for a run whose process is gone. */
export function ChangeStateDialog({ run, onClose }: { run: FlowRun; onClose: () => void }) {
  const [type, setType] = useState<StateType>("COMPLETED");
  const [message, setMessage] = useState("");
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: () => setState(run.id, type, message),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["run", run.id] });
      onClose();
    },
  });
  return (
    <Dialog title={`Change the state of ${run.name}`} onClose={onClose}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); change.mutate(); }}>
        <p className="muted">The state is written as it is, past all rules, and its process is not told. Use it for a run whose process is gone.</p>
        <Field label="New state">{(props) => <Select {...props} value={type} options={ends} onPick={(value) => setType(value as StateType)} />}</Field>
        <Field label="Message" error={change.error?.message}>{(props) => <Input {...props} value={message} maxLength={500} placeholder="Why" onInput={(event) => setMessage(event.currentTarget.value)} />}</Field>
        <Command text={commands.propose(run.id, stateOf(type, message))} />
        <footer><Button onClick={onClose}>Leave it</Button><Button changes look="primary" type="submit" disabled={change.isPending}>Change the state</Button></footer>
      </form>
    </Dialog>
  );
}
