import { useState } from "react";
import type { Json } from "@/api/types";
import { Button } from "@/components/button";
import { Command } from "@/components/command";
import { Dialog } from "@/components/dialog";
import { Field, Input } from "@/components/field";
import { SchemaForm } from "@/components/schema-form";
import { useStart } from "@/components/use-start";
import { initial } from "@/lib/schema";
import { readTags } from "@/lib/tag-list";
import { fromLocalField } from "@/lib/time";
import { createRun, type RunWish } from "../api/create-run";
import type { Deployment } from "../api/get-deployment";
import { commands, type Named } from "../commands";

/** A run with a name, parameters, tags and a time of its own. The server checks the parameters. */
export function RunDialog({ deployment, named, onClose }: { deployment: Deployment; named: Named; onClose: () => void }) {
  const schema = deployment.parameter_openapi_schema ?? { type: "object", properties: {} };
  const [parameters, setParameters] = useState<Json>(() => initial(schema, deployment.parameters));
  const [name, setName] = useState("");
  const [tags, setTags] = useState("");
  const [at, setAt] = useState("");
  const wish: RunWish = { parameters, name: name.trim(), tags: readTags(tags), at: fromLocalField(at) };
  const { start, errors } = useStart(schema, parameters, () => createRun(deployment.id, wish), onClose);
  return (
    <Dialog title={`Run ${named.name}`} onClose={onClose} wide>
      <form className="form" onSubmit={(event) => { event.preventDefault(); start.mutate(); }}>
        <SchemaForm schema={schema} values={parameters} onChange={setParameters} errors={errors} />
        <div className="run-wish">
          <Field label="Start" hint="Without a time it starts at once.">{(props) => <Input {...props} type="datetime-local" value={at} onInput={(event) => setAt(event.currentTarget.value)} />}</Field>
          <Field label="Name of the run">{(props) => <Input {...props} value={name} maxLength={200} placeholder="made up" onInput={(event) => setName(event.currentTarget.value)} />}</Field>
          <Field label="More tags" hint="With commas between.">{(props) => <Input {...props} value={tags} onInput={(event) => setTags(event.currentTarget.value)} />}</Field>
        </div>
        <Command text={commands.run(named, wish)} />
        {start.error && <p className="field-error" role="alert">{start.error.message}</p>}
        <footer><Button onClick={onClose}>Cancel</Button><Button changes look="primary" icon="play" type="submit" disabled={start.isPending}>{start.isPending ? "Starting …" : "Run"}</Button></footer>
      </form>
    </Dialog>
  );
}
