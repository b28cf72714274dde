import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Button } from "./button";
import { Dialog } from "./dialog";

interface Props {
  title: string;
  /** The word on the button that does it. */
  act: string;
  danger?: boolean;
  wide?: boolean;
  /** Why it cannot be done yet. */
  not?: boolean;
  run: () => Promise<unknown>;
  onDone: () => void;
  onClose: () => void;
  /** Left of the buttons, such as another way out. */
  aside?: ReactNode;
  children: ReactNode;
}

/** A dialog that does one thing. It stays open, and says why, when that was refused. */
export function FormDialog({ title, act, danger = false, wide = false, not = false, run, onDone, onClose, aside, children }: Props) {
  const doing = useMutation({ mutationFn: run, onSuccess: onDone });
  return (
    <Dialog title={title} onClose={onClose} wide={wide}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); doing.mutate(); }}>
        {children}
        {doing.error && <p className="field-error" role="alert">{doing.error.message}</p>}
        <footer>
          {aside && <span style={{ marginRight: "auto" }}>{aside}</span>}
          <Button onClick={onClose}>Leave it</Button>
          <Button changes look={danger ? "danger" : "primary"} type="submit" disabled={not || doing.isPending}>{doing.isPending ? "Working …" : act}</Button>
        </footer>
      </form>
    </Dialog>
  );
}
