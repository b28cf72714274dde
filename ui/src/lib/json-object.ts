/** A JSON object as it is typed. Pure. */
export function readObject(text: string): Record<string, unknown> | Error {
  let value: unknown;
  try {
    value = text.trim() === "" ? {} : JSON.parse(text);
  } catch (error) {
    return error as Error;
  }
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : new Error("A JSON object: names with values, in braces.");
}
