import { useEffect, useState } from "react";
import "./name-filter.css";

interface Props {
  value: string;
  onChange: (value: string) => void;
  label?: string;
}

/** The part of a name, sent once the typing pauses. */
export function NameFilter({ value, onChange, label = "Name contains" }: Props) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = window.setTimeout(() => onChange(text), 250);
    return () => window.clearTimeout(timer);
  }, [text, value, onChange]);
  return <input className="input name-filter" type="search" placeholder={`${label} …`} aria-label={label} value={text} onInput={(event) => setText(event.currentTarget.value)} />;
}
