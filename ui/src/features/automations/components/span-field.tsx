import { useState } from "react";
import { Field, Input, Select } from "@/components/field";

const units = [{ value: "1", label: "seconds" }, { value: "60", label: "minutes" }, { value: "3600", label: "hours" }, { value: "86400", label: "days" }];

function unitOf(seconds: number): number {
  return [86_400, 3600, 60].find((unit) => seconds >= unit && seconds % unit === 0) ?? 1;
}

/** A length of time: a number and its unit. */
export function SpanField({ label, seconds, onChange }: { label: string; seconds: number; onChange: (seconds: number) => void }) {
  const [unit, setUnit] = useState(() => unitOf(seconds));
  const [text, setText] = useState(() => String(seconds / unitOf(seconds)));
  const set = (amount: string, of: number) => {
    setText(amount);
    setUnit(of);
    const n = Number(amount);
    if (amount.trim() !== "" && Number.isFinite(n) && n >= 0) onChange(n * of);
  };
  const bad = text.trim() === "" || !(Number(text) >= 0);
  return (
    <Field label={label} error={bad ? "A number from 0 on." : undefined}>
      {(props) => (
        <span className="span-field">
          <Input {...props} inputMode="decimal" value={text} onInput={(event) => set(event.currentTarget.value, unit)} />
          <Select aria-label={`Unit of ${label}`} value={String(unit)} options={units} onPick={(value) => set(text, Number(value))} />
        </span>
      )}
    </Field>
  );
}
