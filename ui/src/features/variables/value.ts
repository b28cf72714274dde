/** The value of a variable as it is edited: a text as it stands, or any other JSON. */
import { grouped } from "@/lib/numbers";

export type Kind = "text" | "json";

/** The most bytes of a value, by the contract. */
export const mostBytes = 5000;

export function kindOf(value: unknown): Kind {
  return typeof value === "string" ? "text" : "json";
}

/** A value as it stands in the field where it is edited. */
export function editable(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

/** A value in one line, for a table. */
export function oneLine(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Reads what was typed. An Error says what is wrong with it. */
export function readValue(kind: Kind, text: string): { value: unknown } | Error {
  let value: unknown = text;
  if (kind === "json") {
    try {
      value = JSON.parse(text);
    } catch (error) {
      return error as Error;
    }
  }
  const size = new TextEncoder().encode(JSON.stringify(value)).length;
  return size > mostBytes ? new Error(`It has ${grouped(size)} bytes; a value has at most ${grouped(mostBytes)}.`) : { value };
}
