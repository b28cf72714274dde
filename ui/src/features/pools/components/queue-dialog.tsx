import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Field, Input } from "@/components/field";
import { FormDialog } from "@/components/form-dialog";
import { readLimit } from "@/lib/limits";
import { grouped } from "@/lib/numbers";
import { changeQueue, createQueue, deleteQueue } from "../api/change-queue";
import type { Queue } from "../types";

interface Props {
  pool: string;
  /** The queue to change; without one a new one is made. */
  queue?: Queue;
  onClose: () => void;
}

function useDone(pool: string, onClose: () => void) {
  const queries = useQueryClient();
  return () => {
    void queries.invalidateQueries({ queryKey: ["pool", pool] });
    onClose();
  };
}

/** Makes a queue, or changes one. */
export function QueueDialog({ pool, queue, onClose }: Props) {
  const [name, setName] = useState(queue?.name ?? "");
  const [about, setAbout] = useState(queue?.description ?? "");
  const [limit, setLimit] = useState(queue?.concurrency_limit?.toString() ?? "");
  const read = readLimit(limit);
  const done = useDone(pool, onClose);
  const run = async () => {
    if (read instanceof Error) throw read;
    const fields = { name: name.trim(), description: about, concurrency_limit: read };
    await (queue ? changeQueue(pool, queue.name, fields) : createQueue(pool, fields));
  };
  return (
    <FormDialog title={queue ? `Change ${queue.name}` : "New queue"} act={queue ? "Change it" : "Make it"} not={name.trim() === "" || read instanceof Error} run={run} onDone={done} onClose={onClose}>
      <Field label="Name">{(props) => <Input {...props} required value={name} onInput={(event) => setName(event.currentTarget.value)} />}</Field>
      <Field label="Runs at once" hint="Nothing for no limit of its own. The pool's limit counts too." error={read instanceof Error ? read.message : undefined}>
        {(props) => <Input {...props} inputMode="numeric" value={limit} onInput={(event) => setLimit(event.currentTarget.value)} />}
      </Field>
      <Field label="Description">{(props) => <Input {...props} value={about} onInput={(event) => setAbout(event.currentTarget.value)} />}</Field>
    </FormDialog>
  );
}

export function DeleteQueueDialog({ pool, queue, onClose }: Required<Props>) {
  const done = useDone(pool, onClose);
  return (
    <FormDialog title={`Delete ${queue.name}?`} act="Delete" danger run={() => deleteQueue(pool, queue.name)} onDone={done} onClose={onClose}>
      <p>Its runs and deployments stay, but no worker takes them until they are given another queue.{queue.due > 0 && ` ${grouped(queue.due)} of its runs wait now.`}</p>
    </FormDialog>
  );
}
