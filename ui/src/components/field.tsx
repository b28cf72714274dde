import { type ComponentProps, type ReactNode, useId } from "react";
import "./field.css";

interface FieldProps {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  children: (props: { id: string; "aria-describedby"?: string; "aria-invalid"?: true }) => ReactNode;
}

/** A label, a control and what is wrong with its value. */
export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  const about = error !== undefined || hint ? `${id}-about` : undefined;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, ...(about ? { "aria-describedby": about } : {}), ...(error !== undefined ? { "aria-invalid": true as const } : {}) })}
      {about && <div id={about} className={error !== undefined ? "field-error" : "field-hint"}>{error ?? hint}</div>}
    </div>
  );
}

export function Input(props: ComponentProps<"input">) {
  return <input {...props} className={`input ${props.className ?? ""}`} />;
}

export function TextArea(props: ComponentProps<"textarea">) {
  return <textarea spellCheck={false} {...props} className={`input area ${props.className ?? ""}`} />;
}

interface SelectProps extends Omit<ComponentProps<"select">, "onChange" | "value"> {
  value: string;
  options: readonly { value: string; label: string }[];
  onPick: (value: string) => void;
}

export function Select({ options, onPick, ...rest }: SelectProps) {
  return (
    <select {...rest} className={`input select ${rest.className ?? ""}`} onChange={(event) => onPick(event.currentTarget.value)}>
      {options.map(({ value, label }) => <option key={value} value={value}>{label}</option>)}
    </select>
  );
}
