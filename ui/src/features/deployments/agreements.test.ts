import { expect, test } from "vitest";
import type { SLA } from "@/api/schema";
import { agreementDraft, agreementOf, agreementsPath, agreementWords, replaced } from "./agreements";
import { catchUps, catchUpWords } from "./catch-up";

const made = (name: string, bound: Partial<SLA>): SLA => ({ id: name, name, severity: "high", enabled: true, created: "", updated: "", owner_resource: "", ...bound });

test.each([
  [{ duration: 1800 }, "A run takes 30 m 00 s at most"], [{ within: 600 }, "A run starts at most 10 m 00 s late"], [{ stale_after: 86_400 }, "A run completes at least every 1 d 0 h"],
])("%j in words", (bound, words) => {
  expect(agreementWords(bound)).toBe(words);
});

test.each([[{ duration: 1800 }, "30", "minute"], [{ within: 90 }, "90", "second"], [{ stale_after: 172_800 }, "2", "day"]])("%j is edited, and is the same when nothing was changed", (bound, every, unit) => {
  const draft = agreementDraft(made("a", bound));
  expect([draft.every, draft.unit]).toEqual([every, unit]);
  expect(agreementOf(draft)).toEqual({ name: "a", severity: "high", enabled: true, ...bound });
});

test.each(["", "0", "-3", "soon"])("%j is no time", (every) => {
  expect(agreementOf({ ...agreementDraft(), every })).toBeInstanceOf(Error);
});

test("one is added, changed and taken away; the others stay", () => {
  const all = [made("a", { duration: 60 }), made("b", { within: 30 })];
  const [a, b] = [{ name: "a", severity: "high", enabled: true, duration: 60 }, { name: "b", severity: "high", enabled: true, within: 30 }];
  const c = { name: "c", stale_after: 5 };
  expect(replaced(all, undefined, c)).toEqual([a, b, c]);
  expect(replaced(all, all[0], c)).toEqual([b, c]);
  expect(replaced(all, all[1], undefined)).toEqual([a]);
});

test("where they are set", () => expect(agreementsPath("1")).toBe("/slas/apply-resource-slas/prefect.deployment.1"));

test("every choice for what was missed has words of its own", () => {
  expect(new Set(catchUps.map(({ value }) => catchUpWords(value || null))).size).toBe(catchUps.length);
});
