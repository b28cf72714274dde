import { useMutation } from "@tanstack/react-query";
import { useEffect } from "react";
import { ApiError } from "@/api/errors";
import type { Id } from "@/api/types";
import { Button } from "@/components/button";
import { Time } from "@/components/time";
import { actionKind } from "@/lib/action-kinds";
import { grouped } from "@/lib/numbers";
import { clock } from "@/lib/time";
import { previewAutomation, previewDays } from "../api/preview-automation";
import { barHeight, piecesOf } from "../chart";
import type { AutomationBody, Preview as PreviewAnswer, PreviewFiring } from "../types";
import "../automations.css";

const pieces = 60;

interface Props {
  of: Id | AutomationBody;
  /** Told of the places that the server finds fault with. */
  onFaults?: (fields: ReadonlyMap<string, string>) => void;
}

/** When an automation would have fired over the last days, and what it would have said. Nothing is done. */
export function Preview({ of, onFaults }: Props) {
  const preview = useMutation({ mutationFn: previewAutomation, onError: (error) => { if (error instanceof ApiError) onFaults?.(error.fields); } });
  const text = typeof of === "string" ? of : JSON.stringify(of);
  const { reset } = preview;
  useEffect(() => reset(), [text, reset]); // what was found is not about what is written now
  return (
    <div className="preview">
      <div className="buttons">
        <Button icon="bars" disabled={preview.isPending} onClick={() => preview.mutate(of)}>{preview.isPending ? "Looking …" : `Replay the last ${previewDays} days`}</Button>
        <span className="muted">Nothing is done.</span>
      </div>
      {preview.error && <p className="field-error" role="alert">{preview.error.message}</p>}
      {preview.data && <Found found={preview.data} />}
    </div>
  );
}

function Found({ found }: { found: PreviewAnswer }) {
  const [from, until] = [Date.parse(found.from), Date.parse(found.until)];
  const bars = piecesOf(found.hours, from, until, pieces);
  const most = Math.max(...bars);
  const length = (until - from) / pieces;
  const times = found.fired === 1 ? "once" : `${grouped(found.fired)} times`;
  return (
    <>
      <p role="status">{found.fired === 0 ? "It would not have fired." : <>It would have fired <b>{times}</b>.</>}{" "}
        <span className="muted">{grouped(found.events)} events were looked at{found.complete ? "" : ", the newest; there are more"}.</span></p>
      <div className="preview-bars" role="img" aria-label={`Firings over the last ${previewDays} days: ${found.fired}, at most ${most} in half a day`}>
        {bars.map((fired, i) => <i key={i} style={{ height: `${barHeight(fired, most)}%` }} {...(fired > 0 && { title: `${clock(from + i * length, until)}: ${fired}` })} />)}
      </div>
      <div className="preview-axis faint" aria-hidden="true"><span>{clock(from, until)}</span><span>now</span></div>
      {found.firings.length > 0 && (
        <ul className="card firings">
          {found.firings.map((firing, i) => <li key={i}><span className="firing-when"><Time at={firing.triggered} /></span><WouldHave firing={firing} /></li>)}
          {found.fired > found.firings.length && <li className="muted">and {grouped(found.fired - found.firings.length)} more</li>}
        </ul>
      )}
    </>
  );
}

function WouldHave({ firing: { events, actions } }: { firing: PreviewFiring }) {
  const last = events[events.length - 1];
  return (
    <div className="firing-why">
      <span className="cut">{last ? <><code>{last.event}</code> <span className="muted">{last.resource["prefect.resource.name"] ?? last.resource["prefect.resource.id"]}</span></> : <span className="muted">what it waited for did not come</span>}</span>
      {actions.map(({ type, texts, error }, i) => (
        <span key={i} className="would-say">{actionKind(type)}{error ? <span className="field-error">: {error}</span> : Object.values(texts).filter(Boolean).map((text, n) => <q key={n}>{text}</q>)}</span>
      ))}
    </div>
  );
}
