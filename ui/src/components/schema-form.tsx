import { useState } from "react";
import { ask } from "@/api/client";
import type { Json } from "@/api/types";
import { errorsByPath, fieldKind, fieldsOf, resolve, type Schema, toNumber, type ValidationErrors } from "@/lib/schema";
import { Button, IconButton } from "./button";
import { Field, Input, Select, TextArea } from "./field";
import "./schema-form.css";

interface Props {
  schema: Schema;
  values: Json;
  onChange: (values: Json) => void;
  errors: ReadonlyMap<string, string>;
}

/** A form for the values of a JSON schema, or their JSON. */
export function SchemaForm({ schema, values, onChange, errors }: Props) {
  const [json, setJson] = useState<string | null>(null);
  const [problem, setProblem] = useState<string>();
  const fields = fieldsOf(resolve(schema, schema));
  const leave = () => {
    setJson(null);
    setProblem(undefined);
  };
  if (fields.length === 0 && json === null) return <p className="muted">It takes no parameters.</p>;
  return (
    <div className="schema">
      {errors.get("") !== undefined && <p className="field-error" role="alert">{errors.get("")}</p>}
      {json === null ? <ObjectFields schema={schema} root={schema} values={values} onChange={onChange} errors={errors} path="" /> : (
        <Field label="Values as JSON" error={problem}>
          {(props) => (
            <TextArea {...props} rows={12} value={json} onInput={(event) => {
              const text = event.currentTarget.value;
              setJson(text);
              const read = parse(text);
              setProblem(read instanceof Error ? read.message : undefined);
              if (!(read instanceof Error)) onChange(read);
            }} />
          )}
        </Field>
      )}
      <Button look="quiet" disabled={problem !== undefined} onClick={() => (json === null ? setJson(JSON.stringify(values, null, 2)) : leave())}>
        {json === null ? "Edit as JSON" : "Back to the form"}
      </Button>
    </div>
  );
}

function parse(text: string): Json | Error {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : new Error("It has to be an object: { … }");
  } catch (error) {
    return error as Error;
  }
}

interface Part {
  root: Schema;
  errors: ReadonlyMap<string, string>;
  path: string;
}

function ObjectFields({ schema, root, values, onChange, errors, path }: Part & { schema: Schema; values: Json; onChange: (values: Json) => void }) {
  const resolved = resolve(schema, root);
  return (
    <>
      {fieldsOf(resolved).map(([name, field]) => (
        <AnyField key={name} name={name} schema={field} root={root} value={values[name]} required={resolved.required?.includes(name) ?? false}
          errors={errors} path={path ? `${path}.${name}` : name}
          onChange={(value) => {
            onChange(value === undefined ? without(values, name) : { ...values, [name]: value });
          }} />
      ))}
    </>
  );
}

function without(values: Json, name: string): Json {
  return Object.fromEntries(Object.entries(values).filter(([key]) => key !== name));
}

/** A value as it stands in a field of text. */
function asText(value: unknown): string {
  return typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);
}

interface AnyFieldProps extends Part {
  name: string;
  schema: Schema;
  value: unknown;
  required: boolean;
  onChange: (value: unknown) => void;
}

function AnyField(props: AnyFieldProps) {
  const { name, root, value, required, onChange, errors, path } = props;
  const { kind, nullable, schema } = fieldKind(props.schema, root);
  const label = schema.title ?? name;
  if (kind === "object") {
    return (
      <fieldset>
        <legend>{label}</legend>
        <ObjectFields schema={schema} root={root} values={(value ?? {}) as Json} onChange={onChange} errors={errors} path={path} />
      </fieldset>
    );
  }
  if (kind === "boolean") {
    return (
      <div className="field">
        <label className="check"><input type="checkbox" checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />{label}</label>
        {errors.get(path) !== undefined && <div className="field-error">{errors.get(path)}</div>}
      </div>
    );
  }
  const hint = [schema.description, required ? null : nullable ? "May be left empty." : null].filter(Boolean).join(" ");
  return (
    <Field label={required ? `${label} *` : label} error={errors.get(path) ?? (kind === "list" ? [...errors].find(([at]) => at.startsWith(`${path}.`))?.[1] : undefined)} hint={hint}>
      {(field) => <Control {...props} field={field} kind={kind} schema={schema} nullable={nullable} />}
    </Field>
  );
}

interface ControlProps extends AnyFieldProps {
  field: object;
  kind: ReturnType<typeof fieldKind>["kind"];
  nullable: boolean;
}

const inputTypes: Partial<Record<ControlProps["kind"], string>> = { secret: "password", date: "date" };

function Control({ field, kind, schema, nullable, value, onChange, root, required }: ControlProps) {
  const empty = nullable ? null : undefined;
  switch (kind) {
    case "choice":
      return (
        <Select {...field} value={JSON.stringify(value ?? null)} onPick={(text) => { const picked: unknown = JSON.parse(text); onChange(picked ?? empty); }}
          options={[...(required && value !== undefined ? [] : [{ value: "null", label: "–" }]), ...(schema.enum ?? []).map((each) => ({ value: JSON.stringify(each), label: String(each) }))]} />
      );
    case "integer":
    case "number":
      return <Input {...field} inputMode="decimal" value={asText(value)} onInput={(event) => onChange(toNumber(event.currentTarget.value) ?? empty)} />;
    case "list":
      return <List values={Array.isArray(value) ? value : []} item={fieldKind(schema.items ?? {}, root).kind} onChange={onChange} />;
    case "json":
    case "object":
      return <JsonControl field={field} value={value} onChange={onChange} />;
    case "long":
      return <TextArea {...field} value={typeof value === "string" ? value : ""} onInput={(event) => onChange(event.currentTarget.value)} />;
    default:
      return (
        <Input {...field} type={inputTypes[kind] ?? "text"} placeholder={kind === "moment" ? "2026-12-01T09:00:00Z" : undefined}
          value={asText(value)}
          onInput={(event) => onChange(event.currentTarget.value === "" && (nullable || !required) ? empty : event.currentTarget.value)} />
      );
  }
}

function List({ values, item, onChange }: { values: unknown[]; item: string; onChange: (values: unknown[]) => void }) {
  const numeric = item === "integer" || item === "number";
  const set = (i: number, text: string) => onChange(values.map((old, n) => (n === i ? (numeric ? (toNumber(text) ?? "") : text) : old)));
  return (
    <div className="schema-list">
      {values.map((value, i) => (
        <div key={i} className="schema-item">
          <Input aria-label={`Entry ${i + 1}`} value={asText(value)} onInput={(event) => set(i, event.currentTarget.value)} />
          <IconButton label={`Remove entry ${i + 1}`} icon="minus" onClick={() => onChange(values.filter((_, n) => n !== i))} />
        </div>
      ))}
      <Button icon="plus" onClick={() => onChange([...values, ""])}>Add</Button>
    </div>
  );
}

function JsonControl({ field, value, onChange }: { field: object; value: unknown; onChange: (value: unknown) => void }) {
  const [text, setText] = useState(() => (value === undefined ? "" : JSON.stringify(value, null, 2)));
  const [bad, setBad] = useState(false);
  return (
    <>
      <TextArea {...field} rows={3} value={text} placeholder="JSON" onInput={(event) => {
        const now = event.currentTarget.value;
        setText(now);
        try {
          onChange(now.trim() === "" ? undefined : (JSON.parse(now) as unknown));
          setBad(false);
        } catch {
          setBad(true);
        }
      }} />
      {bad && <div className="field-error">This is no JSON yet; what was valid last counts.</div>}
    </>
  );
}

/** Lets the server check values; the map is empty when they are right. */
export async function validate(schema: Schema, values: Json): Promise<Map<string, string>> {
  const { errors, valid } = await ask<{ errors: ValidationErrors; valid: boolean }>("/ui/schemas/validate", { schema, values });
  return valid ? new Map() : errorsByPath(errors);
}
