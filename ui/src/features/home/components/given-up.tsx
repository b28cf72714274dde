import { grouped } from "@/lib/numbers";
import { Link } from "@/lib/router";
import type { Home } from "@/api/types";
import { Resend } from "@/components/resend";
import { Status } from "@/components/status";
import { Time } from "@/components/time";
import { paths } from "@/config/paths";
import { actionKind } from "@/lib/action-kinds";

type Delivery = Home["trouble"]["deliveries"]["rows"][number];

const look = { tone: "failed", icon: "cross", word: "Given up" } as const;

/** What automations and webhooks gave up: each can be tried again. */
export function GivenUp({ deliveries, webhooks }: { deliveries: readonly Delivery[]; webhooks: number }) {
  return (
    <>
      {deliveries.map((delivery) => (
        <li key={delivery.id} className="home-row">
          <Status look={look} />
          <div>
            <p className="cut"><Link to={paths.automation} params={{ id: delivery.automation_id }} className="home-name">{delivery.automation_name}</Link> <span className="muted">{actionKind(delivery.action_type)}</span></p>
            <p className="muted cut" title={delivery.reason}>{delivery.reason}</p>
          </div>
          <span className="home-when faint"><Time at={delivery.finished} /></span>
          <Resend id={delivery.id} aria-label={`Send again for ${delivery.automation_name}`} />
        </li>
      ))}
      {webhooks > 0 && (
        <li className="home-row">
          <Status look={look} />
          <div><p className="cut"><Link to={paths.webhooks} search={{ status: "dead" }} className="home-name">{grouped(webhooks)} {webhooks === 1 ? "webhook" : "webhooks"}</Link></p><p className="muted">The server refused what they ask for.</p></div>
          <span className="home-when" />
          <Link className="button" to={paths.webhooks} search={{ status: "dead" }} aria-label="See why webhooks were given up">See why</Link>
        </li>
      )}
    </>
  );
}
