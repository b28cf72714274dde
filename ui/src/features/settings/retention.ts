/** What retention deletes, in words. Pure. */
import type { Outlived } from "@/api/schema";
import { grouped } from "@/lib/numbers";

const day = 86_400;

/** A length of time as a setting has it: whole days where it is some. */
export function keptFor(seconds: number | null): string {
  if (seconds === null) return "for ever";
  const days = seconds / day;
  if (days >= 1) return `${grouped(Number(days.toFixed(1)))} ${days === 1 ? "day" : "days"}`;
  const hours = seconds / 3600;
  return hours >= 1 ? `${Number(hours.toFixed(1))} hours` : `${Math.round(seconds)} seconds`;
}

/** Counts that stop at most say so. */
function counted(n: number, most: number): string {
  return `${grouped(n)}${n >= most ? " or more" : ""}`;
}

/** What would be deleted now, and within a week. */
export function goes({ period, older, soon }: Pick<Outlived, "period" | "older" | "soon">, most: number): string {
  if (period === null) return "nothing is deleted.";
  const now = older === 0 ? "nothing now" : `${counted(older, most)} now`;
  if (soon >= most && older >= most) return `${counted(older, most)} now.`;
  return `${now}, ${soon === older ? "nothing more" : counted(soon - older, most)} within a week.`;
}
