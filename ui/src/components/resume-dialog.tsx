import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { resumeRun } from "@/api/change-runs";
import { get } from "@/api/client";
import type { Id, Json } from "@/api/types";
import { apiCommand } from "@/lib/command-line";
import { initial, type Schema } from "@/lib/schema";
import { Button } from "./button";
import { Command } from "./command";
import { Dialog } from "./dialog";
import { SchemaForm, validate } from "./schema-form";
import { Failure, Waiting } from "./views";

interface Props {
  run: { id: Id; name: string; message: string | null };
  /** What it asks for; a text is the key under which the run has left it. */
  input: Schema | string;
  onClose: () => void;
}

/** Asks for what a paused run waits for, and lets it go on. */
export function ResumeDialog({ run, input, onClose }: Props) {
  const key = typeof input === "string" ? input : "";
  const query = useQuery({ queryKey: ["run-input", run.id, key], queryFn: () => get<Schema>(`/flow_runs/${run.id}/input/${encodeURIComponent(key)}`), enabled: key !== "" });
  const schema = typeof input === "string" ? query.data : input;
  return (
    <Dialog title={`Resume ${run.name}`} onClose={onClose} wide>
      {schema ? <Form run={run} schema={schema} onClose={onClose} /> : query.isError ? <Failure error={query.error} /> : <Waiting what="what it waits for" />}
    </Dialog>
  );
}

function Form({ run, schema, onClose }: Omit<Props, "input"> & { schema: Schema }) {
  const [values, setValues] = useState<Json>(() => initial(schema, {}));
  const queries = useQueryClient();
  const resume = useMutation({
    mutationFn: async () => {
      const errors = await validate(schema, values);
      if (errors.size === 0) await resumeRun(run.id, values);
      return errors;
    },
    onSuccess: async (errors) => {
      if (errors.size > 0) return;
      await Promise.all([queries.invalidateQueries({ queryKey: ["run", run.id] }), queries.invalidateQueries({ queryKey: ["approvals"] })]);
      onClose();
    },
  });
  return (
    <form className="form" onSubmit={(event) => { event.preventDefault(); resume.mutate(); }}>
      {run.message && <p>{run.message}</p>}
      <SchemaForm schema={schema} values={values} onChange={setValues} errors={resume.data ?? new Map()} />
      <Command text={apiCommand("POST", `/flow_runs/${run.id}/resume`, { run_input: values })} />
      {resume.error && <p className="field-error" role="alert">{resume.error.message}</p>}
      <footer><Button onClick={onClose}>Not now</Button><Button changes look="primary" icon="play" type="submit" disabled={resume.isPending}>Resume</Button></footer>
    </form>
  );
}
