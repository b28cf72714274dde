import { Status } from "@/components/status";
import { Time } from "@/components/time";
import type { Delivery, Firing } from "../types";
import { deliveryLook } from "../words";

/** When it fired, because of what, and what came of that. */
export function Firings({ firings, deliveries }: { firings: readonly Firing[]; deliveries: readonly Delivery[] }) {
  return (
    <ul className="card firings">
      {firings.map((firing) => (
        <li key={firing.id}>
          <span className="firing-when"><Time at={firing.triggered} /></span>
          <Because firing={firing} />
          <span className="firing-came">
            {deliveries.filter(({ firing_id }) => firing_id === firing.id).reverse().map((delivery) => <Status key={delivery.id} look={deliveryLook(delivery)} />)}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Because({ firing: { event, labels, value, states } }: { firing: Firing }) {
  const of = event?.resource["prefect.resource.name"] ?? event?.resource["prefect.resource.id"] ?? Object.values(labels).join(", ");
  return (
    <span className="firing-why">
      <span className="cut">{event ? <code>{event.event}</code> : value !== null ? <>the figure was <b>{value}</b></> : "what it waited for did not come"}{states.includes("Resolved") && " (over)"}</span>
      <span className="muted cut">{of}</span>
    </span>
  );
}
