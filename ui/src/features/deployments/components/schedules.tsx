import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { Icon } from "@/components/icon";
import { Menu } from "@/components/menu";
import { Section } from "@/components/page";
import { Sure } from "@/components/sure";
import { tell } from "@/components/toast";
import { copyText } from "@/lib/browser";
import type { ScheduleCatchUp } from "@/api/schema";
import { Time } from "@/components/time";
import { scheduleWords } from "@/lib/schedule-words";
import { changeSchedule, deleteSchedule } from "../api/change-schedules";
import type { DeploymentOverview, DeploymentSchedule, ScheduleTimes } from "../api/get-deployment";
import { catchUpWords } from "../catch-up";
import { commands, type Named } from "../commands";
import { CatchUpDialog } from "./catch-up-dialog";
import { NextTimes } from "./next-times";
import { ScheduleDialog } from "./schedule-dialog";

type Asking = { what: "add" } | { what: "edit" | "delete" | "catch-up"; schedule: DeploymentSchedule } | null;

/** The schedules of a deployment in words, with their next times, and what can be done with each. */
export function Schedules({ overview, named }: { overview: DeploymentOverview; named: Named }) {
  const { deployment, times, catch_ups } = overview;
  const [asking, setAsking] = useState<Asking>(null);
  const queries = useQueryClient();
  const close = () => setAsking(null);
  const act = useMutation({
    mutationFn: (what: () => Promise<void>) => what(),
    onError: (error) => tell(error.message, true),
    onSettled: async () => {
      await queries.invalidateQueries({ queryKey: ["deployment-overview", deployment.id] });
      close();
    },
  });
  return (
    <Section title="Schedules" beside={<Button changes look="quiet" icon="plus" onClick={() => setAsking({ what: "add" })}>Add</Button>}>
      {deployment.schedules.length === 0 ? <p className="card schedule-none muted">It has no schedule: it runs when somebody, an automation or another flow asks for it.</p> : (
        <ul className="card schedules">
          {deployment.schedules.map((schedule, i) => (
            <Row key={schedule.id} schedule={schedule} times={times[i]} catchUp={catch_ups[i]} paused={deployment.paused} busy={act.isPending} command={commands.pauseSchedule(named, schedule.id, schedule.active)}
              onActive={(active) => act.mutate(() => changeSchedule(deployment.id, schedule.id, { active }))}
              onAsk={(what) => setAsking({ what, schedule })} />
          ))}
        </ul>
      )}
      {asking?.what === "add" && <ScheduleDialog deployment={named} onClose={close} />}
      {asking?.what === "edit" && <ScheduleDialog deployment={named} schedule={asking.schedule} onClose={close} />}
      {asking?.what === "catch-up" && <CatchUpDialog deployment={named} schedule={asking.schedule} catchUp={catch_ups.find(({ id }) => id === asking.schedule.id)?.catch_up ?? null} onClose={close} />}
      {asking?.what === "delete" && (
        <Sure title="Delete this schedule?" text={`${scheduleWords(asking.schedule.schedule)}: the runs that it has made and that have not begun are deleted with it.`} yes="Delete" no="Keep it" danger
          busy={act.isPending} command={commands.deleteSchedule(named, asking.schedule.id)} onNo={close} onYes={() => act.mutate(() => deleteSchedule(deployment.id, asking.schedule.id))} />
      )}
    </Section>
  );
}

interface RowProps {
  schedule: DeploymentSchedule;
  times: ScheduleTimes | undefined;
  catchUp: ScheduleCatchUp | undefined;
  /** Whether its deployment is. */
  paused: boolean;
  busy: boolean;
  command: string;
  onActive: (active: boolean) => void;
  onAsk: (what: "edit" | "delete" | "catch-up") => void;
}

function Row({ schedule, times, catchUp, paused, busy, command, onActive, onAsk }: RowProps) {
  const { active, parameters, slug } = schedule;
  const words = scheduleWords(schedule.schedule);
  const aside = times?.set_aside;
  return (
    <li>
      <div className="schedule-what">
        <p><b>{words}</b>{slug && <span className="faint"> {slug}</span>}</p>
        <p><Look active={active && !paused} aside={Boolean(aside)} words={!active ? "Paused" : paused ? "Paused with its deployment" : "Active"} /></p>
        {aside && <p className="field-error">It is left alone until it is changed: {aside}</p>}
        {times?.problem && !aside && <p className="field-error">{times.problem}</p>}
        {catchUp && <p className="muted">{catchUpWords(catchUp.catch_up)}{catchUp.missed_since !== null && <> (it has been missing times since <Time at={catchUp.missed_since} />)</>}</p>}
        {Object.keys(parameters).length > 0 && <p className="muted mono">with {JSON.stringify(parameters)}</p>}
      </div>
      {active && !paused && !aside && times && times.problem === null && <NextTimes times={times.times} />}
      <div className="buttons">
        <Button changes icon={active ? "pause" : "play"} disabled={busy} onClick={() => onActive(!active)} aria-label={`${active ? "Pause" : "Resume"} the schedule ${words}`}>{active ? "Pause" : "Resume"}</Button>
        <Menu label={`More for the schedule ${words}`} icon="more" square items={[
          { changes: true, label: "Change …", icon: "edit", onPick: () => onAsk("edit") },
          { changes: true, label: "What it missed …", icon: "clock", onPick: () => onAsk("catch-up") },
          { label: "Copy the command", icon: "copy", onPick: () => void copyText(command).then((copied) => tell(copied ? "The command is copied" : command, !copied)) },
          { changes: true, label: "Delete …", icon: "trash", danger: true, onPick: () => onAsk("delete") },
        ]} />
      </div>
    </li>
  );
}

function Look({ active, aside, words }: { active: boolean; aside: boolean; words: string }) {
  if (aside) return <span className="state" data-tone="failed"><Icon name="alert" size={14} />Set aside</span>;
  return <span className="state" data-tone={active ? "completed" : "paused"}><Icon name={active ? "calendar" : "pause"} size={14} />{words}</span>;
}
