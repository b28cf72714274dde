import { useMutation } from "@tanstack/react-query";
import { Link } from "@/lib/router";
import { useState } from "react";
import { Button, IconButton } from "@/components/button";
import { Command } from "@/components/command";
import { Section } from "@/components/page";
import { Slots } from "@/components/slots";
import { Status } from "@/components/status";
import { Sure } from "@/components/sure";
import { Time } from "@/components/time";
import { tell } from "@/components/toast";
import { paths } from "@/config/paths";
import { useDeletion } from "@/lib/leave";
import { deleteFlowLimit, deleteLimit } from "../api/change-limit";
import type { Limit } from "../types";
import { command, deletion, kinds, limitLook, unnamed } from "../words";
import { FlowLimitDialog } from "./flow-limit-dialog";
import { LimitDialog } from "./limit-dialog";

/** A limit with who holds its slots and who waits for one. */
export function LimitPanel({ limit, onClose }: { limit: Limit; onClose: () => void }) {
  const [asking, setAsking] = useState<"edit" | "delete" | null>(null);
  const flow = limit.kind === "flow";
  const leave = useDeletion();
  const remove = useMutation({
    mutationFn: () => leave(paths.limits, () => (flow ? deleteFlowLimit : deleteLimit)(limit.id)),
    onSuccess: () => tell(`The limit of ${limit.title} is deleted`),
    onError: (error) => tell(error.message, true),
  });
  const others = unnamed(limit);
  const deployed = limit.kind === "deployment";
  return (
    <aside className="card limit-panel" aria-label={limit.title}>
      <header>
        <div><h2>{flow ? <Link to={paths.flow} params={{ id: limit.id }}>{limit.title}</Link> : limit.title}</h2><span className="muted">{kinds[limit.kind]}</span></div>
        <IconButton label="Close" icon="cross" onClick={onClose} />
      </header>
      <div className="buttons">
        <Status look={limitLook(limit)} strong /><Slots held={limit.active_slots} limit={limit.limit} />
      </div>
      {deployed ? <p className="muted">It belongs to its deployment, which is where it is changed.</p> : (
        <div className="buttons">
          <Button changes icon="edit" onClick={() => setAsking("edit")}>Change</Button>
          <Button changes icon="trash" look="danger" onClick={() => setAsking("delete")}>Delete</Button>
        </div>
      )}
      {limit.configured && <p className="muted">It stands in reeve.toml, from which it is set again at the next start of the server: change it there to keep it changed.</p>}
      <Section title="Holds slots">
        {limit.holders.length + others === 0 ? <p className="muted">Nobody.</p> : (
          <ul className="limit-parties">
            {limit.holders.map((holder, i) => (
              <li key={i}><Party {...holder} /><span className="muted">{holder.slots > 1 && `${holder.slots} slots · `}since <Time at={holder.since} /></span></li>
            ))}
            {others > 0 && <li className="muted">{others} more {others === 1 ? "is" : "are"} held by those who do not say who they are{limit.slot_decay_per_second > 0 && ", or come back by themselves"}.</li>}
          </ul>
        )}
      </Section>
      <Section title="Waits for a slot">
        {limit.waiter_count === 0 ? <p className="muted">Nobody.</p> : (
          <ul className="limit-parties">
            {limit.waiters.map((waiter, i) => (
              <li key={i}><Party {...waiter} /><span className="muted">since <Time at={waiter.since} />{waiter.again !== null && <>, asks again <Time at={waiter.again} /></>}</span></li>
            ))}
            {limit.waiter_count > limit.waiters.length && <li className="muted">and {limit.waiter_count - limit.waiters.length} more</li>}
          </ul>
        )}
      </Section>
      <Command text={command(limit)} />
      {asking === "edit" && (flow ? <FlowLimitDialog limit={limit} onClose={() => setAsking(null)} /> : <LimitDialog limit={limit} onClose={() => setAsking(null)} />)}
      {asking === "delete" && (
        <Sure title={`Delete the limit of ${limit.title}?`} text="What waits for it goes on, and nothing is held back by it any more." yes="Delete" no="Keep it" danger
          busy={remove.isPending} command={deletion(limit)} onNo={() => setAsking(null)} onYes={() => remove.mutate()} />
      )}
    </aside>
  );
}

/** Who holds or waits, as a link to its run. */
function Party({ name, flow_run_id, flow_run_name }: { name: string | null; flow_run_id: string | null; flow_run_name: string | null }) {
  if (name === null || flow_run_id === null) return <span>{name ?? "somebody who does not say who it is"}</span>;
  return <span className="cut"><Link to={paths.run} params={{ id: flow_run_id }}>{name}</Link>{flow_run_name !== name && <span className="muted"> of {flow_run_name}</span>}</span>;
}
