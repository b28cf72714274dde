import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Field, Input, Select } from "@/components/field";
import { FormDialog } from "@/components/form-dialog";
import { readLimit } from "@/lib/limits";
import { changeLimit, createLimit } from "../api/change-limit";
import type { Limit } from "../types";
import { nameOf, readDecay } from "../words";

/** Makes a limit, or changes one. */
export function LimitDialog({ limit, onClose }: { limit?: Limit; onClose: () => void }) {
  const [kind, setKind] = useState<"global" | "tag">(limit?.kind === "tag" ? "tag" : "global");
  const [title, setTitle] = useState(limit?.title ?? "");
  const [slots, setSlots] = useState(limit?.limit.toString() ?? "1");
  const [decay, setDecay] = useState(limit?.slot_decay_per_second.toString() ?? "0");
  const [active, setActive] = useState(limit?.active ?? true);
  const queries = useQueryClient();
  const most = readLimit(slots);
  const rate = readDecay(decay);
  const run = async () => {
    if (most === null || most instanceof Error || rate instanceof Error) return;
    const fields = { name: nameOf(kind, title), limit: most, slot_decay_per_second: rate, active };
    await (limit ? changeLimit(limit.id, fields) : createLimit(fields));
  };
  const done = () => {
    void queries.invalidateQueries({ queryKey: ["limits"] });
    onClose();
  };
  const slotsError = most === null || most instanceof Error ? "A whole number from 0 on." : undefined;
  return (
    <FormDialog title={limit ? `Change ${limit.title}` : "New limit"} act={limit ? "Change it" : "Make it"} not={title.trim() === "" || slotsError !== undefined || rate instanceof Error}
      run={run} onDone={done} onClose={onClose}>
      {!limit && (
        <Field label="Of what" hint={kind === "tag" ? "Every task run with the tag takes a slot." : "Flows ask for slots by its name: concurrency(), rate_limit()."}>
          {(props) => <Select {...props} value={kind} onPick={(value) => setKind(value === "tag" ? "tag" : "global")} options={[{ value: "global", label: "A name that code uses" }, { value: "tag", label: "A tag of tasks" }]} />}
        </Field>
      )}
      <Field label={kind === "tag" ? "Tag" : "Name"}>{(props) => <Input {...props} required value={title} onInput={(event) => setTitle(event.currentTarget.value)} />}</Field>
      <Field label="Slots" error={slotsError}>{(props) => <Input {...props} inputMode="numeric" value={slots} onInput={(event) => setSlots(event.currentTarget.value)} />}</Field>
      {kind === "global" && (
        <Field label="Slots that come back each second" hint="0 for a limit whose slots are given back; rate_limit() needs more." error={rate instanceof Error ? rate.message : undefined}>
          {(props) => <Input {...props} inputMode="decimal" value={decay} onInput={(event) => setDecay(event.currentTarget.value)} />}
        </Field>
      )}
      <label className="check"><input type="checkbox" checked={active} onChange={() => setActive(!active)} />It counts; switched off it holds nothing back</label>
    </FormDialog>
  );
}
