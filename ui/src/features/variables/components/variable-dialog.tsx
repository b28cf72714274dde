import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { Field, Input, Select, TextArea } from "@/components/field";
import { FormDialog } from "@/components/form-dialog";
import { tell } from "@/components/toast";
import { changeVariable, createVariable, deleteVariable } from "../api/change-variable";
import type { Variable } from "../types";
import { readTags } from "@/lib/tag-list";
import { editable, type Kind, kindOf, readValue } from "../value";

/** Makes a variable, or changes or deletes one. */
export function VariableDialog({ variable, onClose }: { variable?: Variable; onClose: () => void }) {
  const [name, setName] = useState(variable?.name ?? "");
  const [kind, setKind] = useState<Kind>(variable ? kindOf(variable.value) : "text");
  const [text, setText] = useState(variable ? editable(variable.value) : "");
  const [tags, setTags] = useState(variable?.tags.join(", ") ?? "");
  const [sure, setSure] = useState(false);
  const queries = useQueryClient();
  const done = () => {
    void queries.invalidateQueries({ queryKey: ["variables"] });
    onClose();
  };
  const remove = useMutation({
    mutationFn: deleteVariable,
    onSuccess: () => { tell(`${variable?.name ?? ""} is deleted`); done(); },
    onError: (error) => tell(error.message, true),
  });
  const read = readValue(kind, text);
  const untouched = !variable && text === "";
  const run = async () => {
    if (read instanceof Error) throw read;
    const fields = { name: name.trim(), value: read.value, tags: readTags(tags) };
    await (variable ? changeVariable(variable.id, fields) : createVariable(fields));
  };
  const out = variable && (sure
    ? <Button changes look="danger" icon="trash" disabled={remove.isPending} onClick={() => remove.mutate(variable.id)}>Delete it for good</Button>
    : <Button changes look="danger" icon="trash" onClick={() => setSure(true)}>Delete</Button>);
  return (
    <FormDialog title={variable ? `Change ${variable.name}` : "New variable"} act={variable ? "Change it" : "Make it"} not={name.trim() === "" || read instanceof Error} run={run} onDone={done} onClose={onClose} aside={out}>
      <Field label="Name" hint="Lower-case letters, digits, dashes and underscores.">{(props) => <Input {...props} required maxLength={255} value={name} onInput={(event) => setName(event.currentTarget.value)} />}</Field>
      <Field label="Kind of value">
        {(props) => <Select {...props} value={kind} onPick={(value) => setKind(value === "json" ? "json" : "text")} options={[{ value: "text", label: "A text" }, { value: "json", label: "JSON: a number, a list, an object …" }]} />}
      </Field>
      <Field label="Value" error={read instanceof Error && !untouched ? read.message : undefined}>{(props) => <TextArea {...props} rows={6} value={text} onInput={(event) => setText(event.currentTarget.value)} />}</Field>
      <Field label="Tags" hint="With commas between them.">{(props) => <Input {...props} value={tags} onInput={(event) => setTags(event.currentTarget.value)} />}</Field>
    </FormDialog>
  );
}
