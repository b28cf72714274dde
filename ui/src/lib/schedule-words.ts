/** What schedules say, in words. Pure. What cannot be said shortly is shown as it is written. */
import type { Schedule } from "@/api/types";
import { two } from "./time";

const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/** "every 15 minutes", "every day at 04:15 (Europe/Berlin)", "rrule FREQ=…" */
export function scheduleWords(schedule: Schedule): string {
  if ("interval" in schedule) return intervalWords(schedule.interval);
  const text = "cron" in schedule ? cronWords(schedule.cron) : rruleWords(schedule.rrule);
  // Of what does not name a time of day the zone says nothing.
  return /\d\d:\d\d|^cron|^rrule/.test(text) ? `${text} (${schedule.timezone ?? "UTC"})` : text;
}

const units: [number, string][] = [[604_800, "week"], [86_400, "day"], [3600, "hour"], [60, "minute"]];

/** "every hour", "every 90 seconds" */
export function intervalWords(seconds: number): string {
  const [size, name] = units.find(([length]) => seconds % length === 0) ?? [1, "second"];
  return every(seconds / size, name);
}

function every(n: number, unit: string): string {
  return n === 1 ? `every ${unit}` : `every ${n} ${unit}s`;
}

/** "a", "a and b", "a, b and c" */
function list(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? "") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1) ?? ""}`;
}

function times(hours: readonly number[], minutes: readonly number[]): string {
  return list(hours.flatMap((h) => minutes.map((m) => `${two(h)}:${two(m)}`)));
}

function ordinal(n: number): string {
  const tail = n % 100 > 10 && n % 100 < 14 ? "th" : (["th", "st", "nd", "rd"][n % 10] ?? "th");
  return `${n}${tail}`;
}

function dayNames(numbers: readonly number[]): string {
  const all = [...new Set(numbers.map((n) => n % 7))].sort((a, b) => (a || 7) - (b || 7)); // Monday first
  if (all.join() === "1,2,3,4,5") return "weekday";
  return list(all.map((n) => days[n] ?? ""));
}

const nicknames: Record<string, string> = {
  "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
};

/** The numbers of a field of cron that is a list of numbers, names and ranges; null for anything else. */
function numbers(field: string, names: readonly string[] = [], first = 0): number[] | null {
  const found: number[] = [];
  for (const part of field.split(",")) {
    const [from, to] = part.split("-").map((end) => {
      const named = names.findIndex((name) => name.slice(0, 3).toUpperCase() === end.toUpperCase());
      return named >= 0 ? named + first : /^\d{1,2}$/.test(end) ? Number(end) : NaN;
    });
    if (from === undefined || Number.isNaN(from) || part.split("-").length > 2 || (to !== undefined && !(to >= from))) return null;
    for (let n = from; n <= (to ?? from); n++) found.push(n);
  }
  return found;
}

const step = (field: string) => /^(?:\*|0)\/(\d{1,2})$/.exec(field)?.[1];

/** A cron expression in words. Seconds, years and what is rare are shown as they are written. */
export function cronWords(text: string): string {
  const written = `cron ${text.trim()}`;
  const fields = (nicknames[text.trim().toLowerCase()] ?? text.trim()).split(/\s+/);
  const [minute = "", hour = "", date = "", month = "", weekday = ""] = fields;
  if (fields.length !== 5) return written;
  const anyDay = date === "*" && month === "*" && weekday === "*";
  if (anyDay && hour === "*") {
    if (minute === "*") return "every minute";
    const n = step(minute);
    if (n) return every(Number(n), "minute");
    const at = numbers(minute);
    if (!at) return written;
    return at.join() === "0" ? "every hour" : `every hour at minute ${list(at.map(String))}`;
  }
  const at = numbers(minute);
  if (!at) return written;
  const n = step(hour);
  if (anyDay && n && at.length === 1) return `${every(Number(n), "hour")}${at[0] === 0 ? "" : ` at minute ${at[0] ?? 0}`}`;
  const hours = numbers(hour);
  if (!hours || hours.length * at.length > 4) return written;
  const clock = `at ${times(hours, at)}`;
  if (anyDay) return `every day ${clock}`;
  if (date === "*" && month === "*") {
    const on = numbers(weekday, days);
    return on ? `every ${dayNames(on)} ${clock}` : written;
  }
  const dates = numbers(date);
  if (!dates || weekday !== "*") return written;
  if (month === "*") return `on the ${list(dates.map(ordinal))} of every month ${clock}`;
  const of = numbers(month, months, 1);
  return of ? `on the ${list(dates.map(ordinal))} of ${list(of.map((m) => months[m - 1] ?? ""))} ${clock}` : written;
}

const frequencies: Record<string, string> = { MINUTELY: "minute", HOURLY: "hour", DAILY: "day", WEEKLY: "week", MONTHLY: "month", YEARLY: "year" };
const short = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
const said = new Set(["FREQ", "INTERVAL", "BYDAY", "BYHOUR", "BYMINUTE", "BYSECOND", "BYMONTHDAY", "COUNT", "UNTIL", "WKST"]);

/** A recurrence rule in words; the start that the server keeps with it is passed over. */
export function rruleWords(text: string): string {
  const lines = text.trim().split(/\s+/).filter((line) => !line.startsWith("DTSTART"));
  const rule = (lines[0] ?? "").replace(/^RRULE:/, "");
  const written = `rrule ${lines.join(" ")}`;
  const parts = new Map(rule.split(";").filter(Boolean).map((part) => part.split("=", 2) as [string, string]));
  const unit = frequencies[parts.get("FREQ") ?? ""];
  if (lines.length !== 1 || !unit || [...parts.keys()].some((key) => !said.has(key))) return written;
  const on = parts.get("BYDAY")?.split(",").map((day) => short.indexOf(day));
  const dates = parts.has("BYMONTHDAY") ? numbers(parts.get("BYMONTHDAY") ?? "") : [];
  const hours = parts.has("BYHOUR") ? numbers(parts.get("BYHOUR") ?? "") : [];
  const minutes = numbers(parts.get("BYMINUTE") ?? "0");
  if (on?.includes(-1) || !dates || !hours || !minutes || hours.length * minutes.length > 4 || (parts.has("BYMINUTE") && hours.length === 0)) return written;
  const until = /^(\d{4})(\d\d)(\d\d)/.exec(parts.get("UNTIL") ?? "");
  return [
    every(Number(parts.get("INTERVAL") ?? 1), unit),
    on && (dayNames(on) === "weekday" ? "on weekdays" : `on ${dayNames(on)}`),
    dates.length > 0 && `on the ${list(dates.map(ordinal))}`,
    hours.length > 0 && `at ${times(hours, minutes)}`,
    parts.has("COUNT") && `, ${parts.get("COUNT") ?? ""} times`,
    until && `, until ${until.slice(1).join("-")}`,
  ].filter(Boolean).join(" ").replaceAll(" ,", ",");
}
