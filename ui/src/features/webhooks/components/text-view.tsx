import { Command } from "@/components/command";
import type { WebhookText } from "../types";
import "@/components/json-view.css";

/** A text, as much of it as the server gives; `all` is the command that shows all of it. */
export function TextView({ text: { text, cut, binary }, all }: { text: WebhookText; all: string }) {
  if (binary) return <p className="card webhook-part muted">It is no text.</p>;
  if (text === "") return <p className="card webhook-part muted">It is empty.</p>;
  return (
    <>
      <div className="card"><pre className="json" tabIndex={0}>{text}</pre></div>
      {cut && <p className="muted">The rest is not shown here. <Command text={all} /></p>}
    </>
  );
}
