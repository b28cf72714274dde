import { expect, test } from "vitest";
import { aboutKeeping, amount, copyLook, monthBeside } from "./words";

test.each([["2026-01", -1, "2025-12"], ["2026-12", 1, "2027-01"], ["2026-06", 1, "2026-07"]] as const)("beside %s", (month, by, other) => {
  expect(monthBeside(month, by)).toBe(other);
});

test.each([[0, "$0.00"], [0.00012, "$0.0001"], [0.25, "$0.2500"], [3.3, "$3.30"], [1234.5, "$1,234.50"]])("%d is %s", (of, text) => {
  expect(amount("USD", of)).toBe(text);
});

test("how a copy stands, and what is about keeping", () => {
  expect([copyLook({ error: "no", pending: true }).word, copyLook({ error: null, pending: true }).word, copyLook({ error: null, pending: false }).word]).toEqual(["Fails", "Being copied", "Up to date"]);
  expect([aboutKeeping("server.events.retention_period"), aboutKeeping("server.api.port")]).toEqual([true, false]);
});
