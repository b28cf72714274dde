import { expect, test } from "vitest";
import { aboutKeeping, copyLook, monthBeside } from "./words";

test.each([["2026-01", -1, "2025-12"], ["2026-12", 1, "2027-01"], ["2026-06", 1, "2026-07"]] as const)("beside %s", (month, by, other) => {
  expect(monthBeside(month, by)).toBe(other);
});

test("how a copy stands, and what is about keeping", () => {
  expect([copyLook({ error: "no", pending: true }).word, copyLook({ error: null, pending: true }).word, copyLook({ error: null, pending: false }).word]).toEqual(["Fails", "Being copied", "Up to date"]);
  expect([aboutKeeping("server.events.retention_period"), aboutKeeping("server.api.port")]).toEqual([true, false]);
});
