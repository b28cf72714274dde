/** Months and how copies stand, in words. Pure. */
import type { StatusLook } from "@/components/status";
import { money } from "@/lib/numbers";

/** The month before one such as "2026-01", and the one after. */
export function monthBeside(month: string, by: 1 | -1): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  const at = new Date(Date.UTC(year, number - 1 + by, 1));
  return at.toISOString().slice(0, 7);
}

/** An amount of money; one of less than a unit in four digits, since much here costs parts of a cent. */
export function amount(currency: string, of: number): string {
  const digits = Math.abs(of) < 1 && of !== 0 ? 4 : 2;
  return money(of, currency, digits);
}

/** How the copy of a database stands. */
export function copyLook({ error, pending }: { error: string | null; pending: boolean }): StatusLook {
  if (error !== null) return { tone: "failed", icon: "alert", word: "Fails" };
  return pending ? { tone: "running", icon: "dots", word: "Being copied" } : { tone: "completed", icon: "check", word: "Up to date" };
}

/** Which settings are about how long something is kept. */
export function aboutKeeping(key: string): boolean {
  return /retention|vacuum|keep_|max_age/.test(key);
}
