import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useId, useState } from "react";
import type { Schedule } from "@/api/types";
import { Button } from "@/components/button";
import { Command } from "@/components/command";
import { Dialog } from "@/components/dialog";
import { Field, Input, Select } from "@/components/field";
import { scheduleWords } from "@/lib/schedule-words";
import { addSchedule, changeSchedule } from "../api/change-schedules";
import type { DeploymentSchedule } from "../api/get-deployment";
import { schedulePreview } from "../api/preview-schedule";
import { commands, type Named } from "../commands";
import { type Draft, draftOf, kinds, newDraft, scheduleOf } from "../schedule-draft";
import { Every } from "./every";
import { AtClockChange, NextTimes } from "./next-times";

interface Props {
  deployment: Named;
  /** The one that is edited; without it one is added. */
  schedule?: DeploymentSchedule;
  onClose: () => void;
}

const here = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
const kindOptions = Object.entries(kinds).map(([value, label]) => ({ value, label }));

/** Adds a schedule or changes one, with its words and its next times while it is typed. */
export function ScheduleDialog({ deployment, schedule, onClose }: Props) {
  const [draft, setDraft] = useState(() => (schedule ? draftOf(schedule.schedule, here()) : newDraft(here())));
  const set = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const wanted = scheduleOf(draft);
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: (to: Schedule) => (schedule ? changeSchedule(deployment.id, schedule.id, { schedule: to }) : addSchedule(deployment.id, to)),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["deployment-overview", deployment.id] });
      onClose();
    },
  });
  const preview = usePreview(wanted);
  return (
    <Dialog title={schedule ? "Change the schedule" : `Add a schedule to ${deployment.name}`} onClose={onClose}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); if (wanted) save.mutate(wanted); }}>
        <Field label="Kind">{(props) => <Select {...props} value={draft.kind} options={kindOptions} onPick={(kind) => set({ kind: kind as Draft["kind"] })} />}</Field>
        <Times draft={draft} set={set} />
        <Zone value={draft.timezone} onChange={(timezone) => set({ timezone })} />
        <div className="preview" aria-live="polite">
          {wanted && preview && (preview.problem === null ? <><p><b>{scheduleWords(wanted)}</b></p><NextTimes times={preview.times} />{preview.clock_change && <AtClockChange change={preview.clock_change} />}</> : <p className="field-error">{preview.problem}</p>)}
          {!wanted && <p className="field-error">This is no schedule yet.</p>}
        </div>
        {wanted && <Command text={schedule ? commands.changeSchedule(deployment, schedule.id, wanted) : commands.addSchedule(deployment, wanted)} />}
        {save.error && <p className="field-error" role="alert">{save.error.message}</p>}
        <footer><Button onClick={onClose}>Cancel</Button><Button changes look="primary" type="submit" disabled={!wanted || save.isPending || Boolean(preview?.problem)}>{schedule ? "Save" : "Add"}</Button></footer>
      </form>
    </Dialog>
  );
}

/** The next times of what was typed, once the typing pauses. */
function usePreview(wanted: Schedule | null) {
  const text = JSON.stringify(wanted);
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(text), 200);
    return () => window.clearTimeout(timer);
  }, [text]);
  return useQuery(schedulePreview(JSON.parse(settled) as Schedule | null)).data;
}

function Times({ draft, set }: { draft: Draft; set: (part: Partial<Draft>) => void }) {
  switch (draft.kind) {
    case "interval":
      return (
        <>
          <Field label="Every">{(props) => <Every {...props} draft={draft} set={set} />}</Field>
          <Field label="Counted from" hint="Any moment at which it is due; without one, now.">
            {(props) => <Input {...props} type="datetime-local" value={draft.anchor} onInput={(event) => set({ anchor: event.currentTarget.value })} />}
          </Field>
        </>
      );
    case "cron":
      return (
        <>
          <Field label="Cron expression" hint="Minute, hour, day, month, weekday.">
            {(props) => <Input {...props} className="mono" spellCheck={false} value={draft.cron} onInput={(event) => set({ cron: event.currentTarget.value })} />}
          </Field>
          <label className="check"><input type="checkbox" checked={draft.dayOr} onChange={(event) => set({ dayOr: event.currentTarget.checked })} />Where day and weekday are given, one of them is enough</label>
        </>
      );
    case "rrule":
      return (
        <Field label="Recurrence rule" hint="As iCalendar has it: FREQ, INTERVAL, BYDAY, BYHOUR, COUNT, UNTIL …">
          {(props) => <Input {...props} className="mono" spellCheck={false} value={draft.rrule} onInput={(event) => set({ rrule: event.currentTarget.value })} />}
        </Field>
      );
  }
}

function Zone({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const list = useId();
  return (
    <Field label="Time zone">
      {(props) => (
        <>
          <Input {...props} list={list} value={value} onInput={(event) => onChange(event.currentTarget.value)} />
          <datalist id={list}>{["UTC", ...Intl.supportedValuesOf("timeZone")].map((zone) => <option key={zone} value={zone} />)}</datalist>
        </>
      )}
    </Field>
  );
}
