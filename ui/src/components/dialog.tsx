import { type ReactNode, useEffect, useId, useRef } from "react";
import { IconButton } from "./button";
import "./dialog.css";

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
  wide?: boolean;
}

/** A native modal dialog. It is open as long as it is rendered. */
export function Dialog({ title, onClose, children, wide = false }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog ref={ref} className={wide ? "dialog wide" : "dialog"} aria-labelledby={id}
      onCancel={(event) => { event.preventDefault(); onClose(); }}
      onClick={(event) => { if (event.target === ref.current) onClose(); }}>
      <div className="dialog-body">
        <header>
          <h2 id={id}>{title}</h2>
          <IconButton label="Close" icon="cross" onClick={onClose} />
        </header>
        {children}
      </div>
    </dialog>
  );
}
