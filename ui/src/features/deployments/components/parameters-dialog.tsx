import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Json } from "@/api/types";
import { Button } from "@/components/button";
import { Command } from "@/components/command";
import { Dialog } from "@/components/dialog";
import { SchemaForm, validate } from "@/components/schema-form";
import { initial } from "@/lib/schema";
import { changeDeployment } from "../api/change-deployment";
import type { Deployment } from "../api/get-deployment";
import { commands, type Named } from "../commands";

/** The parameters that a deployment's runs have when nothing else is said. */
export function ParametersDialog({ deployment, named, onClose }: { deployment: Deployment; named: Named; onClose: () => void }) {
  const schema = deployment.parameter_openapi_schema ?? { type: "object", properties: {} };
  const [values, setValues] = useState<Json>(() => initial(schema, deployment.parameters));
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: async () => {
      const errors = await validate(schema, values);
      if (errors.size === 0) await changeDeployment(deployment.id, { parameters: values });
      return errors;
    },
    onSuccess: async (errors) => {
      if (errors.size > 0) return;
      await queries.invalidateQueries({ queryKey: ["deployment-overview", deployment.id] });
      onClose();
    },
  });
  return (
    <Dialog title={`Parameters of ${named.name}`} onClose={onClose} wide>
      <form className="form" onSubmit={(event) => { event.preventDefault(); save.mutate(); }}>
        <SchemaForm schema={schema} values={values} onChange={setValues} errors={save.data ?? new Map()} />
        <Command text={commands.change(named, { parameters: values })} />
        {save.error && <p className="field-error" role="alert">{save.error.message}</p>}
        <footer><Button onClick={onClose}>Cancel</Button><Button changes look="primary" type="submit" disabled={save.isPending}>Save</Button></footer>
      </form>
    </Dialog>
  );
}
