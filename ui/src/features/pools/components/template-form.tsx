import { useState } from "react";
import type { Json } from "@/api/types";
import { Button } from "@/components/button";
import { Field, TextArea } from "@/components/field";
import { SchemaForm } from "@/components/schema-form";
import { defaultsOf, variablesOf, withDefaults } from "../template";

interface Props {
  initial: Json;
  /** null while what is typed is no template. */
  onChange: (template: Json | null) => void;
}

const nothing = new Map<string, string>();

/** The defaults of a base job template as a form, or the whole template as JSON. */
export function TemplateForm({ initial, onChange }: Props) {
  const [template, setTemplate] = useState(initial);
  const [values, setValues] = useState(() => defaultsOf(initial));
  const [json, setJson] = useState<string | null>(null);
  const [problem, setProblem] = useState<string>();
  const take = (next: Json) => {
    setTemplate(next);
    onChange(next);
  };
  const write = (text: string) => {
    setJson(text);
    const read = parse(text);
    setProblem(read instanceof Error ? read.message : undefined);
    if (read instanceof Error) onChange(null);
    else take(read);
  };
  const toForm = () => {
    setValues(defaultsOf(template));
    setJson(null);
  };
  return (
    <div className="form">
      {json === null
        ? <SchemaForm schema={optional(variablesOf(template))} values={values} errors={nothing} onChange={(next) => { setValues(next); take(withDefaults(template, next)); }} />
        : <Field label="Base job template" error={problem} hint="An object with job_configuration and variables.">{(props) => <TextArea {...props} rows={18} value={json} onInput={(event) => write(event.currentTarget.value)} />}</Field>}
      <span>{json === null
        ? <Button look="quiet" onClick={() => setJson(JSON.stringify(template, null, 2))}>Edit the whole template as JSON</Button>
        : <Button look="quiet" disabled={problem !== undefined} onClick={toForm}>Back to the form</Button>}</span>
    </div>
  );
}

/** No default has to be given: what a run needs its deployment may give. */
function optional<T extends { required?: string[] }>(schema: T): Omit<T, "required"> {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "required")) as Omit<T, "required">;
}

function parse(text: string): Json | Error {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : new Error("It has to be an object: { … }");
  } catch (error) {
    return error as Error;
  }
}
