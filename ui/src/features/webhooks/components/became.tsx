import { Link } from "@/lib/router";
import type { FlowRunRow } from "@/api/types";
import { StateBadge } from "@/components/state-badge";
import { paths } from "@/config/paths";
import type { WebhookRow } from "../types";

interface Props {
  row: Pick<WebhookRow, "made" | "received" | "reason">;
  /** The run that it became, when it is still there. */
  run: FlowRunRow | undefined;
  /** What the event is called that it became: undefined where nobody looked, null for one that is no longer kept. */
  event?: string | null;
}

/** What a webhook became, as a link; before that, why it did not. */
export function Became({ row: { made, received, reason }, run, event }: Props) {
  if (!made) return <span className="muted" title={reason}>{reason}</span>;
  if (made.kind === "event" && event === null) return <span className="faint">an event that is no longer kept</span>;
  if (made.kind === "event") return <Link to={paths.event} params={{ date: received.slice(0, 10), id: made.id }}>{event ?? "An event"}</Link>;
  if (!run) return <span className="faint">a run that was deleted</span>;
  return <span className="became"><Link className="cut" to={paths.run} params={{ id: run.id }}>{run.name}</Link><StateBadge run={run} /></span>;
}
