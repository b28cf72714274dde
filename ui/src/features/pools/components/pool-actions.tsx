import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { Field, Input } from "@/components/field";
import { FormDialog } from "@/components/form-dialog";
import { Menu } from "@/components/menu";
import { Sure } from "@/components/sure";
import { tell } from "@/components/toast";
import { paths } from "@/config/paths";
import { commandLine } from "@/lib/command-line";
import { useDeletion } from "@/lib/leave";
import { readLimit } from "@/lib/limits";
import { changePool, deletePool } from "../api/change-pool";
import { poolOverview } from "../api/get-pool";
import type { Pool } from "../types";

export function PoolActions({ pool }: { pool: Pool }) {
  const [asking, setAsking] = useState<"edit" | "delete" | null>(null);
  const queries = useQueryClient();
  const leave = useDeletion();
  const { queryKey } = poolOverview(pool.name);
  const close = () => setAsking(null);
  const pause = useMutation({
    mutationFn: () => changePool(pool.name, { is_paused: !pool.is_paused }),
    onError: (error) => tell(error.message, true),
    onSettled: () => void queries.invalidateQueries({ queryKey }),
  });
  const remove = useMutation({
    mutationFn: () => leave(paths.pools, () => deletePool(pool.name)),
    onSuccess: () => tell(`${pool.name} is deleted`),
    onError: (error) => tell(error.message, true),
  });
  return (
    <>
      <Button changes icon={pool.is_paused ? "play" : "pause"} look={pool.is_paused ? "primary" : "plain"} disabled={pause.isPending} onClick={() => pause.mutate()}>{pool.is_paused ? "Resume" : "Pause"}</Button>
      <Button changes icon="edit" onClick={() => setAsking("edit")}>Change</Button>
      <Menu label="More actions" icon="more" square items={[{ changes: true, label: "Delete …", icon: "trash", danger: true, onPick: () => setAsking("delete") }]} />
      {asking === "edit" && <EditDialog pool={pool} onClose={close} onDone={() => { void queries.invalidateQueries({ queryKey }); close(); }} />}
      {asking === "delete" && (
        <Sure title={`Delete ${pool.name}?`} text="Its queues and workers are deleted with it. Its deployments stay, but their runs wait until they are given another pool. This cannot be undone."
          yes="Delete" no="Keep it" danger busy={remove.isPending} command={commandLine("prefect", "work-pool", "delete", pool.name)} onNo={close} onYes={() => remove.mutate()} />
      )}
    </>
  );
}

function EditDialog({ pool, onClose, onDone }: { pool: Pool; onClose: () => void; onDone: () => void }) {
  const [about, setAbout] = useState(pool.description ?? "");
  const [limit, setLimit] = useState(pool.concurrency_limit?.toString() ?? "");
  const read = readLimit(limit);
  const run = async () => {
    if (read instanceof Error) throw read;
    await changePool(pool.name, { description: about.trim() || null, concurrency_limit: read });
  };
  return (
    <FormDialog title={`Change ${pool.name}`} act="Change it" not={read instanceof Error} run={run} onDone={onDone} onClose={onClose}>
      <Field label="Runs at once" hint="Nothing for no limit. 0 starts none." error={read instanceof Error ? read.message : undefined}>
        {(props) => <Input {...props} inputMode="numeric" value={limit} onInput={(event) => setLimit(event.currentTarget.value)} />}
      </Field>
      <Field label="Description">{(props) => <Input {...props} value={about} onInput={(event) => setAbout(event.currentTarget.value)} />}</Field>
    </FormDialog>
  );
}
