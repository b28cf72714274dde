import { useSyncExternalStore } from "react";
import { IconButton } from "./button";
import { Icon } from "./icon";
import "./toast.css";

interface Message {
  id: number;
  text: string;
  bad: boolean;
}

let messages: Message[] = [];
let last = 0;
const listeners = new Set<() => void>();

function set(next: Message[]): void {
  messages = next;
  for (const listener of listeners) listener();
}

/** Tells the result of an action that the page itself does not show. */
export function tell(text: string, bad = false): void {
  const id = ++last;
  set([...messages.slice(-2), { id, text, bad }]);
  if (!bad) window.setTimeout(() => set(messages.filter((m) => m.id !== id)), 6000);
}

/** The place of such messages, once on the page. */
export function Toasts() {
  const all = useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, () => messages);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {all.map((m) => (
        <div key={m.id} className={m.bad ? "toast bad" : "toast"}>
          <Icon name={m.bad ? "alert" : "check"} />
          <span>{m.text}</span>
          <IconButton label="Dismiss" icon="cross" onClick={() => set(messages.filter((other) => other.id !== m.id))} />
        </div>
      ))}
    </div>
  );
}
