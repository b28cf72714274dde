/** Lengths of time as people type them: "90", "90s", "1.5m", "1h 30m". Pure. */
const units = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** The seconds that a text says; null for none, an error for what is no length. */
export function readLength(text: string): number | null | Error {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return null;
  if (/^\d+(\.\d+)?$/.test(wanted)) return Number(wanted);
  const parts = [...wanted.matchAll(/(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)\s*/gy)];
  if (parts.length === 0 || parts.map(([all]) => all).join("") !== wanted) return new Error("A length of time: 90, 45s, 5m or 1h 30m.");
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * units[unit as keyof typeof units], 0);
}
