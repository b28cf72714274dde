import { describe, expect, test } from "vitest";
import { needsValues, wishOf } from "./run-wish";

describe("what a run needs", () => {
  const schema = { type: "object", required: ["a", "b"], properties: { a: { type: "string" }, b: { type: "string", default: "x" }, c: { type: "string" } } };
  test.each([[null, {}, false], [schema, {}, true], [schema, { a: 1 }, false], [schema, { a: null }, false], [{ type: "object" }, {}, false]])("%j with %j: %s", (s, given, want) => {
    expect(needsValues(s, given)).toBe(want);
  });
});

test.each([["run", false, "run"], ["run", true, "run"], ["pause", false, "pause"], ["pause", true, null], ["resume", true, "resume"], ["resume", false, null], ["delete", false, null], [undefined, false, null]] as const)(
  "%o of a deployment that is paused: %o", (text, paused, want) => {
    expect(wishOf(text, paused)).toBe(want);
  });
