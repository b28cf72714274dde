/** Reads a limit as people type it: empty is none. An Error says what is wrong. */
export function readLimit(text: string): number | null | Error {
  if (text.trim() === "") return null;
  const n = Number(text);
  return Number.isInteger(n) && n >= 0 ? n : new Error("A whole number from 0 on, or nothing for no limit.");
}
