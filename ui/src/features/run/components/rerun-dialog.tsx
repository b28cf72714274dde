import { queryOptions, useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { get } from "@/api/client";
import type { FlowRun, Json } from "@/api/types";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { SchemaForm, validate } from "@/components/schema-form";
import { Failure, Waiting } from "@/components/views";
import { paths } from "@/config/paths";
import type { Schema } from "@/lib/schema";
import { rerun } from "../api/change-run";

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
  const navigate = useNavigate();
  const start = useMutation({
    mutationFn: async () => {
      const errors = await validate(schema, values);
      return errors.size > 0 ? { errors } : { id: await rerun(deployment.id, values) };
    },
    onSuccess: (result) => {
      if (!("id" in result)) return;
      onClose();
      void navigate({ to: paths.run, params: { id: result.id } });
    },
  });
  const errors = start.data && "errors" in start.data ? start.data.errors : new Map<string, string>();
  return (
    <form className="form" onSubmit={(event) => { event.preventDefault(); start.mutate(); }}>
      <SchemaForm schema={schema} values={values} onChange={setValues} errors={errors} />
      {start.error && <p className="field-error" role="alert">{start.error.message}</p>}
      <footer><Button onClick={onClose}>Cancel</Button><Button look="primary" icon="play" type="submit" disabled={start.isPending}>{start.isPending ? "Starting …" : "Run"}</Button></footer>
    </form>
  );
}
