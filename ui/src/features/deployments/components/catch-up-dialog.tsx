import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { CatchUp } from "@/api/schema";
import { Command } from "@/components/command";
import { Field, Select } from "@/components/field";
import { FormDialog } from "@/components/form-dialog";
import { scheduleWords } from "@/lib/schedule-words";
import { setCatchUp } from "../api/change-schedules";
import type { DeploymentSchedule } from "../api/get-deployment";
import { catchUps } from "../catch-up";
import { commands, type Named } from "../commands";

interface Props {
  deployment: Named;
  schedule: DeploymentSchedule;
  catchUp: CatchUp | null;
  onClose: () => void;
}

/** Asks what becomes of the times that a schedule misses. */
export function CatchUpDialog({ deployment, schedule, catchUp, onClose }: Props) {
  const [value, setValue] = useState<CatchUp | "">(catchUp ?? "");
  const queries = useQueryClient();
  const wanted = value || null;
  return (
    <FormDialog title="What it missed" act="Set it" not={wanted === catchUp} run={() => setCatchUp(deployment.id, schedule.id, wanted)} onClose={onClose}
      onDone={() => { void queries.invalidateQueries({ queryKey: ["deployment-overview", deployment.id] }); onClose(); }}>
      <p className="muted">{scheduleWords(schedule.schedule)}: what becomes of the times that pass while it or its deployment is paused, or the server is away.</p>
      <Field label="Which of them get their run" hint={catchUps.find((choice) => choice.value === value)?.hint}>
        {(props) => <Select {...props} value={value} options={catchUps} onPick={(next) => setValue(next as CatchUp | "")} />}
      </Field>
      <Command text={commands.catchUp(deployment, schedule.id, wanted)} />
    </FormDialog>
  );
}
