import { useEffect, useState } from "react";
import { Field, Input, TextArea } from "@/components/field";
import { checkTemplate } from "../api/check-template";

interface Props {
  label: string;
  value: string;
  rows?: number;
  hint?: string;
  onChange: (value: string) => void;
}

const pause = 500;

/** A text that may speak of what happened: {{ flow_run.name }}. The server checks it when the typing pauses. */
export function TemplateField({ label, value, rows, hint, onChange }: Props) {
  const [problem, setProblem] = useState<string | null>(null);
  const [touched, setTouched] = useState(false);
  useEffect(() => {
    if (!touched) return;
    const stop = new AbortController();
    const timer = window.setTimeout(() => {
      checkTemplate(value, stop.signal).then(setProblem, () => undefined); // what cannot be asked now is told when it is saved
    }, pause);
    return () => { window.clearTimeout(timer); stop.abort(); };
  }, [value, touched]);
  const changed = (text: string) => { setTouched(true); onChange(text); };
  return (
    <Field label={label} hint={hint} error={problem ?? undefined}>
      {(props) => (rows === undefined ? <Input {...props} value={value} onInput={(event) => changed(event.currentTarget.value)} />
        : <TextArea {...props} rows={rows} value={value} onInput={(event) => changed(event.currentTarget.value)} />)}
    </Field>
  );
}
