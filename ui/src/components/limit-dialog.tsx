import { type ReactNode, useState } from "react";
import { Button } from "./button";
import { Command } from "./command";
import { Dialog } from "./dialog";
import { Field, Input } from "./field";

interface Props {
  title: string;
  /** The limit now; null for none. */
  limit: number | null;
  least: number;
  hint: string;
  busy: boolean;
  error: string | undefined;
  command: (limit: number | null) => string;
  onSave: (limit: number | null) => void;
  onClose: () => void;
  children?: ReactNode;
}

/** Asks how many runs may be active at once; an empty field is no limit. */
export function LimitDialog({ title, limit, least, hint, busy, error, command, onSave, onClose, children }: Props) {
  const [text, setText] = useState(limit === null ? "" : String(limit));
  const wanted = text.trim() === "" ? null : Number(text);
  const bad = wanted !== null && (!Number.isInteger(wanted) || wanted < least || wanted > 1_000_000);
  return (
    <Dialog title={title} onClose={onClose}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); if (!bad) onSave(wanted); }}>
        <Field label="Runs at once" hint={hint} error={bad ? `It has to be a whole number from ${least} on, or nothing.` : error}>
          {(props) => <Input {...props} inputMode="numeric" autoFocus placeholder="no limit" value={text} onInput={(event) => setText(event.currentTarget.value)} />}
        </Field>
        {children}
        {!bad && <Command text={command(wanted)} />}
        <footer><Button onClick={onClose}>Cancel</Button><Button changes look="primary" type="submit" disabled={busy || bad}>Save</Button></footer>
      </form>
    </Dialog>
  );
}
