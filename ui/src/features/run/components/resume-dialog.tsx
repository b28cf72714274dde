import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { FlowRun, Json } from "@/api/types";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { SchemaForm, validate } from "@/components/schema-form";
import { Failure, Waiting } from "@/components/views";
import { initial, type Schema } from "@/lib/schema";
import { inputSchema, resumeRun } from "../api/change-run";

/** Asks for what a paused run waits for, and lets it go on. */
export function ResumeDialog({ run, onClose }: { run: FlowRun; onClose: () => void }) {
  const keyset = run.state?.state_details.run_input_keyset as { schema?: string } | undefined;
  const schema = useQuery({ queryKey: ["run-input", run.id, keyset?.schema], queryFn: () => inputSchema(run.id, keyset?.schema ?? "") });
  return (
    <Dialog title={`Resume ${run.name}`} onClose={onClose} wide>
      {schema.isPending && <Waiting what="what it waits for" />}
      {schema.isError && <Failure error={schema.error} />}
      {schema.data && <Form run={run} schema={schema.data} onClose={onClose} />}
    </Dialog>
  );
}

function Form({ run, schema, onClose }: { run: FlowRun; schema: Schema; onClose: () => void }) {
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
      await queries.invalidateQueries({ queryKey: ["run", run.id] });
      onClose();
    },
  });
  return (
    <form className="form" onSubmit={(event) => { event.preventDefault(); resume.mutate(); }}>
      {run.state?.message && <p>{run.state.message}</p>}
      <SchemaForm schema={schema} values={values} onChange={setValues} errors={resume.data ?? new Map()} />
      {resume.error && <p className="field-error" role="alert">{resume.error.message}</p>}
      <footer><Button onClick={onClose}>Not now</Button><Button look="primary" icon="play" type="submit" disabled={resume.isPending}>Resume</Button></footer>
    </form>
  );
}
