import { useIsMutating, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button, IconButton } from "@/components/button";
import { Section } from "@/components/page";
import { Slots } from "@/components/slots";
import { Status } from "@/components/status";
import { tell } from "@/components/toast";
import { grouped } from "@/lib/numbers";
import { whyNot } from "@/lib/read-only";
import { changeQueue } from "../api/change-queue";
import { poolOverview, readQueues } from "../api/get-pool";
import { moved, priorityAt } from "../priorities";
import type { Queue } from "../types";
import { poolLook } from "../words";
import { DeleteQueueDialog, QueueDialog } from "./queue-dialog";

type Asking = { what: "new" } | { what: "edit" | "delete"; queue: Queue } | null;

/**
 * The queues of a pool in the order in which workers take runs from them. A queue is moved by its buttons, by Shift and an
 * arrow while it has the focus, and by dragging its number.
 */
export function Queues({ pool, queues }: { pool: string; queues: readonly Queue[] }) {
  const [asking, setAsking] = useState<Asking>(null);
  const queries = useQueryClient();
  const { queryKey } = poolOverview(pool);
  const moves = ["move-queue", pool];
  const under = useIsMutating({ mutationKey: moves });
  // Moves are made one after the other: what one needs is the order that those before it left.
  const move = useMutation({
    mutationKey: moves,
    scope: { id: moves.join(" ") },
    mutationFn: async ({ name, to }: { name: string; to: number }) => {
      const order = await readQueues(pool);
      const priority = priorityAt(order, order.findIndex((queue) => queue.name === name), to);
      if (priority !== null) await changeQueue(pool, name, { priority });
    },
    onError: (error) => tell(error.message, true),
    onSettled: async () => {
      if (queries.isMutating({ mutationKey: moves }) === 1) await queries.invalidateQueries({ queryKey }); // the last one
    },
  });
  const pause = useMutation({
    mutationFn: (queue: Queue) => changeQueue(pool, queue.name, { is_paused: !queue.is_paused }),
    onError: (error) => tell(error.message, true),
    onSettled: () => void queries.invalidateQueries({ queryKey }),
  });
  const close = () => setAsking(null);
  const go = (name: string, to: number) => {
    const from = queues.findIndex((queue) => queue.name === name);
    if (from < 0 || from === to || to < 0 || to >= queues.length) return;
    void queries.cancelQueries({ queryKey }); // an answer that is on its way knows nothing of it
    queries.setQueryData(queryKey, (old) => old && { ...old, queues: moved(old.queues, from, to) });
    move.mutate({ name, to });
  };
  return (
    <Section title="Queues" beside={<><span className="faint">served from the top</span><span className="push"><Button changes icon="plus" onClick={() => setAsking({ what: "new" })}>New queue</Button></span></>}>
      <ol className="card" aria-busy={under > 0}>
        {queues.map((queue, i) => (
          <QueueRow key={queue.id} queue={queue} place={i} last={i === queues.length - 1} onMove={go} onEdit={() => setAsking({ what: "edit", queue })}
            onDelete={() => setAsking({ what: "delete", queue })} onPause={() => pause.mutate(queue)} />
        ))}
      </ol>
      {asking?.what === "new" && <QueueDialog pool={pool} onClose={close} />}
      {asking?.what === "edit" && <QueueDialog pool={pool} queue={asking.queue} onClose={close} />}
      {asking?.what === "delete" && <DeleteQueueDialog pool={pool} queue={asking.queue} onClose={close} />}
    </Section>
  );
}

interface RowProps {
  queue: Queue;
  place: number;
  last: boolean;
  /** To a place among the queues as they are shown. */
  onMove: (name: string, to: number) => void;
  onEdit: () => void;
  onDelete: () => void;
  onPause: () => void;
}

const dragged = "application/x-reeve-queue";

function QueueRow({ queue, place, last, onMove, onEdit, onDelete, onPause }: RowProps) {
  const [over, setOver] = useState(false);
  const { name } = queue;
  return (
    <li className="queue-row" aria-label={name} {...(over ? { "data-over": "" } : {})}
      onKeyDown={(event) => {
        const by = event.shiftKey && whyNot === undefined ? { ArrowUp: -1, ArrowDown: 1 }[event.key] : undefined;
        if (by) { event.preventDefault(); onMove(name, place + by); }
      }}
      onDragOver={(event) => { if (event.dataTransfer.types.includes(dragged)) { event.preventDefault(); setOver(true); } }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => { event.preventDefault(); setOver(false); onMove(event.dataTransfer.getData(dragged), place); }}>
      <span className="place" draggable={whyNot === undefined} title={`Priority ${queue.priority}; drag to move`} onDragStart={(event) => event.dataTransfer.setData(dragged, name)}>{place + 1}</span>
      <div className="cut">
        <button type="button" className="queue-name cut" onClick={onEdit} title="Change it; Shift and an arrow move it">{name}</button>
        <div className="queue-beside">
          <span>{queue.due === 0 ? "nothing waits" : `${grouped(queue.due)} ${queue.due === 1 ? "run waits" : "runs wait"}`}</span>
          <span>holds <Slots held={queue.active} limit={queue.concurrency_limit} /></span>
        </div>
      </div>
      <Status look={poolLook(queue)} />
      <div className="queue-buttons">
        <IconButton changes label={`Serve ${name} earlier`} icon="arrow-up" disabled={place === 0} onClick={() => onMove(name, place - 1)} />
        <IconButton changes label={`Serve ${name} later`} icon="arrow-down" disabled={last} onClick={() => onMove(name, place + 1)} />
        <IconButton changes label={queue.is_paused ? `Resume ${name}` : `Pause ${name}`} icon={queue.is_paused ? "play" : "pause"} onClick={onPause} />
        <IconButton changes label={`Delete ${name}`} icon="trash" disabled={queue.is_default} title={queue.is_default ? "The default queue stays" : undefined} onClick={onDelete} />
      </div>
    </li>
  );
}
