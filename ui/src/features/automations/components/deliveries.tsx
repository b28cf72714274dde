import { useState } from "react";
import { Button } from "@/components/button";
import { Command } from "@/components/command";
import { Dialog } from "@/components/dialog";
import { Resend } from "@/components/resend";
import { Status } from "@/components/status";
import { type Column, Table } from "@/components/table";
import { Time } from "@/components/time";
import { actionKind } from "@/lib/action-kinds";
import type { Delivery } from "../types";
import { answerWords, canResend, commands, deliveryLook } from "../words";
import "../automations.css";

/** What automations did, with what came back; a row opens the whole answer. */
export function Deliveries({ rows, withName = false }: { rows: readonly Delivery[]; withName?: boolean }) {
  const [open, setOpen] = useState<string | null>(null);
  const chosen = rows.find(({ id }) => id === open);
  const columns: Column<Delivery>[] = [
    {
      key: "action", title: "Action", width: "minmax(140px, 1fr)", narrow: "name",
      cell: (delivery) => <button type="button" className="row-open" data-open onClick={() => setOpen(delivery.id)}>{actionKind(delivery.action_type)}</button>,
    },
    ...(withName ? [{ key: "automation", title: "Automation", width: "minmax(120px, 1fr)", cell: (delivery: Delivery) => delivery.automation_name }] : []),
    { key: "status", title: "Stands", width: "140px", narrow: "state", cell: (delivery) => <Status look={deliveryLook(delivery)} /> },
    { key: "attempts", title: "Attempts", width: "72px", right: true, cell: (delivery) => delivery.attempts },
    {
      key: "answer", title: "Answer", width: "minmax(140px, 2fr)", narrow: "where",
      cell: (delivery) => <span className="muted" title={delivery.reason || delivery.answer}>{delivery.reason || answerWords(delivery)}</span>,
    },
    { key: "next", title: "Next try", width: "76px", right: true, cell: (delivery) => <Time at={delivery.due} /> },
    { key: "created", title: "Asked for", width: "88px", right: true, narrow: "when", cell: (delivery) => <Time at={delivery.created} /> },
    { key: "again", title: "", width: "112px", right: true, cell: (delivery) => canResend(delivery) && <Resend id={delivery.id} className="small" /> },
  ];
  return (
    <>
      <Table label="Deliveries" columns={columns} rows={rows} rowKey={({ id }) => id} onOpen={({ id }) => setOpen(id)} />
      {chosen && <DeliveryDialog delivery={chosen} onClose={() => setOpen(null)} />}
    </>
  );
}

function DeliveryDialog({ delivery, onClose }: { delivery: Delivery; onClose: () => void }) {
  const { attempts, reason, answer, answer_status: status } = delivery;
  return (
    <Dialog title={`${actionKind(delivery.action_type)}, for ${delivery.automation_name}`} onClose={onClose} wide>
      <div className="buttons">
        <Status look={deliveryLook(delivery)} strong />
        <span className="muted">asked for <Time at={delivery.created} />, {attempts === 1 ? "1 attempt" : `${attempts} attempts`}
          {delivery.finished && <>, over <Time at={delivery.finished} /></>}{delivery.due && <>, next try <Time at={delivery.due} /></>}
        </span>
      </div>
      {reason && <p>{reason}</p>}
      {answer === "" && status === 0 ? <p className="muted">Nothing came back.</p>
        : <pre className="card answer" tabIndex={0}>{[status > 0 && String(status), answer].filter(Boolean).join("\n")}</pre>}
      <Command text={commands.resend(delivery.id)} />
      <footer>{canResend(delivery) && <Resend id={delivery.id} className="small" />}<Button onClick={onClose}>Close</Button></footer>
    </Dialog>
  );
}
