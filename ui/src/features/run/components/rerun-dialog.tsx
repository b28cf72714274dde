import { queryOptions, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get } from "@/api/client";
import type { FlowRun, Json } from "@/api/types";
import { Button } from "@/components/button";
import { Command } from "@/components/command";
import { Dialog } from "@/components/dialog";
import { SchemaForm } from "@/components/schema-form";
import { useStart } from "@/components/use-start";
import { Failure, Waiting } from "@/components/views";
import type { Schema } from "@/lib/schema";
import { rerun } from "../api/change-run";
import { commands } from "../commands";

interface DeploymentSchema {
  id: string;
  parameter_openapi_schema: Schema | null;
}

function deploymentSchema(id: string) {
  return queryOptions({ queryKey: ["deployment", id], queryFn: ({ signal }) => get<DeploymentSchema>(`/deployments/${id}`, signal) });
}

/** Makes another run of the same deployment, beginning with the parameters of this one. */
export function RerunDialog({ run, onClose }: { run: FlowRun; onClose: () => void }) {
  const deployment = useQuery(deploymentSchema(run.deployment_id ?? ""));
  return (
    <Dialog title={`Run again: ${run.name}`} onClose={onClose} wide>
      {deployment.isPending && <Waiting what="its deployment" />}
      {deployment.isError && <Failure error={deployment.error} />}
      {deployment.data && <Form deployment={deployment.data} given={run.parameters} onClose={onClose} />}
    </Dialog>
  );
}

function Form({ deployment, given, onClose }: { deployment: DeploymentSchema; given: Json; onClose: () => void }) {
  const schema = deployment.parameter_openapi_schema ?? { type: "object", properties: {} };
  const [values, setValues] = useState<Json>(given);
  const { start, errors } = useStart(schema, values, () => rerun(deployment.id, values), onClose);
  return (
    <form className="form" onSubmit={(event) => { event.preventDefault(); start.mutate(); }}>
      <SchemaForm schema={schema} values={values} onChange={setValues} errors={errors} />
      <Command text={commands.rerun(deployment.id, values)} />
      {start.error && <p className="field-error" role="alert">{start.error.message}</p>}
      <footer><Button onClick={onClose}>Cancel</Button><Button changes look="primary" icon="play" type="submit" disabled={start.isPending}>{start.isPending ? "Starting …" : "Run"}</Button></footer>
    </form>
  );
}
