import type { ReactNode } from "react";
import { Button } from "./button";
import { Command } from "./command";
import { Dialog } from "./dialog";

interface Props {
  title: string;
  text: ReactNode;
  yes: string;
  no: string;
  busy: boolean;
  danger?: boolean;
  /** The same on the command line. */
  command?: string;
  onYes: () => void;
  onNo: () => void;
}

/** Asks once before something is done. */
export function Sure({ title, text, yes, no, busy, danger = false, command, onYes, onNo }: Props) {
  return (
    <Dialog title={title} onClose={onNo}>
      <p>{text}</p>
      {command && <Command text={command} />}
      <footer>
        <Button onClick={onNo}>{no}</Button>
        <Button changes look={danger ? "danger" : "primary"} disabled={busy} onClick={onYes}>{busy ? "Working …" : yes}</Button>
      </footer>
    </Dialog>
  );
}
