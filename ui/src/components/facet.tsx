import { type ReactNode, useId, useRef, useState } from "react";
import { Button } from "./button";
import { Icon } from "./icon";
import "./facet.css";

interface Props {
  label: string;
  /** What is chosen, in words; empty for nothing. */
  value: string;
  onClear: () => void;
  children: (close: () => void) => ReactNode;
}

/** A facet: a button that says what is chosen, and a popover to choose in. What is in it is made when it opens. */
export function Facet({ label, value, onClear, children }: Props) {
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const anchor = useRef<HTMLSpanElement>(null);
  const [open, setOpen] = useState(false);
  const toggled = (event: unknown) => {
    const opened = (event as { newState: string }).newState === "open";
    setOpen(opened);
    const at = anchor.current?.getBoundingClientRect();
    if (!opened || !at || !box.current) return;
    box.current.style.left = `${Math.max(8, Math.min(at.left, innerWidth - 296))}px`;
    box.current.style.top = `${at.bottom + 4}px`;
  };
  return (
    <span ref={anchor} className={value ? "facet set" : "facet"}>
      <Button popoverTarget={id} aria-haspopup="dialog" className="facet-button">
        {label}{value && <b className="cut">{value}</b>}<Icon name="down" size={12} />
      </Button>
      {value && <button type="button" className="facet-clear" aria-label={`Clear ${label}`} onClick={onClear}><Icon name="cross" size={12} /></button>}
      <div ref={box} id={id} popover="auto" role="dialog" aria-label={label} className="facet-box" onToggle={toggled}>
        {open && children(() => box.current?.hidePopover())}
      </div>
    </span>
  );
}

interface ChoicesProps {
  label: string;
  options: readonly { value: string; label: ReactNode }[];
  chosen: readonly string[];
  onChange: (next: string[]) => void;
  /** Lets the list be searched; called with what is typed. */
  onSearch?: (part: string) => void;
  /** Takes what is typed as a value when Enter is pressed. */
  free?: boolean;
}

/** A list to choose several of. */
export function Choices({ label, options, chosen, onChange, onSearch, free = false }: ChoicesProps) {
  const [part, setPart] = useState("");
  const missing = chosen.filter((value) => !options.some((option) => option.value === value));
  const all = [...missing.map((value) => ({ value, label: value as ReactNode })), ...options];
  const toggle = (value: string) => onChange(chosen.includes(value) ? chosen.filter((other) => other !== value) : [...chosen, value]);
  return (
    <div className="choices">
      {(onSearch ?? free) && (
        <input className="input" type="search" placeholder={free ? "Type and press Enter" : "Find …"} aria-label={`Find in ${label}`} value={part} autoFocus
          onInput={(event) => { setPart(event.currentTarget.value); onSearch?.(event.currentTarget.value); }}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !free || !part.trim()) return;
            event.preventDefault();
            if (!chosen.includes(part.trim())) onChange([...chosen, part.trim()]);
            setPart("");
          }} />
      )}
      <div role="group" aria-label={label} className="choices-list">
        {all.map(({ value, label: text }) => (
          <label key={value} className="check">
            <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggle(value)} />{text}
          </label>
        ))}
        {all.length === 0 && !free && <p className="faint">Nothing has that name.</p>}
      </div>
    </div>
  );
}
