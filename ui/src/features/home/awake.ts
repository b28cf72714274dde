/** The strip of days, and what runs have still to go, in figures and words. Pure. */
import type { AwakeDay, MonthCost } from "@/api/schema";
import { grouped, money } from "@/lib/numbers";
import { dayInUTC, duration } from "@/lib/time";

/** How much of what is known of a day the server was awake, in percent; what it was at all is to be seen. Null for a day of which nothing is known. */
export function awakePart({ known, awake }: Pick<AwakeDay, "known" | "awake">): number | null {
  if (known <= 0) return null;
  return awake <= 0 ? 0 : Math.min(100, Math.max(4, (awake / known) * 100));
}

/** What a day of the strip says on hover. */
export function dayWords(day: AwakeDay): string {
  const date = dayInUTC(Date.parse(`${day.day}T00:00:00Z`));
  if (day.known <= 0) return `${date}: nothing is known`;
  if (day.awake <= 0) return `${date}: asleep`;
  return `${date}: awake ${day.awake >= day.known ? "all the time" : duration(day.awake)}${day.wakes > 0 ? `, woken ${times(day.wakes)}` : ""}`;
}

/** What the strip says as a whole. */
export function stripWords(days: readonly AwakeDay[]): string {
  const known = days.reduce((sum, day) => sum + day.known, 0);
  const awake = days.reduce((sum, day) => sum + day.awake, 0);
  const wakes = days.reduce((sum, day) => sum + day.wakes, 0);
  if (known <= 0) return "";
  const percent = (awake / known) * 100;
  return `awake ${percent > 99.95 ? "all the time" : `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} % of the time`}, woken ${times(wakes)}`;
}

function times(n: number): string {
  return n === 1 ? "once" : `${grouped(n)} times`;
}

/** What this month has cost so far, and will. */
export function costWords({ currency, so_far, month }: Pick<MonthCost, "currency" | "so_far" | "month">): string {
  return `${money(so_far, currency)} so far this month, ${money(month, currency)} at this rate`;
}

export interface HowFar {
  /** From 0 to 1; null when nothing tells. */
  part: number | null;
  words: string;
}

/** The most tasks that the server counts for a run. */
const counted = 200;

/** How far a run is that has run for so many seconds: by how long its flow usually takes, with its tasks. */
export function howFar(seconds: number, { usual, tasks, done }: { usual: number | null; tasks: number; done: number }): HowFar {
  const words = tasks === 0 ? [] : tasks >= counted ? [`more than ${counted} tasks`] : [`${done} of ${tasks} ${tasks === 1 ? "task" : "tasks"}`];
  if (usual === null || usual <= 0) return { part: null, words: words.join(", ") };
  words.push(seconds > usual * 1.5 ? `longer than usual, which is ${duration(usual)}` : `usually ${duration(usual)}`);
  return { part: Math.min(1, seconds / usual), words: words.join(", ") };
}
