/** What a run needs before it can be started. Pure. */
import type { Json } from "@/api/types";
import { resolve, type Schema } from "@/lib/schema";

/** Whether a flow has parameters without a value, so that somebody has to give some. */
export function needsValues(schema: Schema | null, given: Json): boolean {
  if (!schema) return false;
  const { required = [], properties = {} } = resolve(schema, schema);
  return required.some((name) => !Object.hasOwn(given, name) && properties[name]?.default === undefined);
}

/** What the URL of a deployment's page asks to be asked, as Ctrl-K leads to it. */
export type Wish = "run" | "pause" | "resume";

/** The wish, where it makes sense for a deployment that is paused or not. */
export function wishOf(text: string | undefined, paused: boolean): Wish | null {
  return text === "run" || text === (paused ? "resume" : "pause") ? text : null;
}
