/** A schedule while it is typed. Pure. */
import type { Moment, Schedule } from "@/api/types";
import { fromLocalField, toLocalField } from "@/lib/time";

export const kinds = { interval: "Interval", cron: "Cron", rrule: "Recurrence rule" } as const;
export const units = { second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800 } as const;
export type Unit = keyof typeof units;

export interface Draft {
  kind: keyof typeof kinds;
  /** How many units an interval has. */
  every: string;
  unit: Unit;
  /** From when an interval is counted, as a field has it. */
  anchor: string;
  /** The moment that the anchor was before it was edited: a field has whole minutes. */
  exact: Moment;
  cron: string;
  /** Whether one of day and weekday is enough where both are given. */
  dayOr: boolean;
  rrule: string;
  timezone: string;
}

/** What a new schedule begins with. */
export function newDraft(timezone: string): Draft {
  return { kind: "interval", every: "1", unit: "hour", anchor: "", exact: "", cron: "0 9 * * *", dayOr: true, rrule: "FREQ=WEEKLY;BYDAY=MO,FR;BYHOUR=9;BYMINUTE=0;BYSECOND=0", timezone };
}

/** A schedule as it is edited. */
export function draftOf(schedule: Schedule, timezone: string): Draft {
  const draft = { ...newDraft(timezone), timezone: schedule.timezone ?? "UTC" };
  if ("interval" in schedule) {
    const unit = (Object.keys(units) as Unit[]).findLast((name) => schedule.interval % units[name] === 0) ?? "second";
    return { ...draft, kind: "interval", every: String(schedule.interval / units[unit]), unit, anchor: toLocalField(schedule.anchor_date), exact: schedule.anchor_date ?? "" };
  }
  if ("cron" in schedule) return { ...draft, kind: "cron", cron: schedule.cron, dayOr: schedule.day_or ?? true };
  return { ...draft, kind: "rrule", rrule: schedule.rrule };
}

/** The schedule of a draft; null while it is none. Whether its texts make sense the server says. */
export function scheduleOf(draft: Draft): Schedule | null {
  const timezone = draft.timezone.trim() || "UTC";
  switch (draft.kind) {
    case "interval": {
      const interval = Number(draft.every) * units[draft.unit];
      if (!(interval > 0) || !Number.isFinite(interval)) return null;
      const anchor = draft.anchor === toLocalField(draft.exact) ? draft.exact : fromLocalField(draft.anchor);
      return { interval, timezone, ...(anchor && { anchor_date: anchor }) };
    }
    case "cron":
      return draft.cron.trim() ? { cron: draft.cron.trim(), timezone, day_or: draft.dayOr } : null;
    case "rrule":
      return draft.rrule.trim() ? { rrule: draft.rrule.trim(), timezone } : null;
  }
}
