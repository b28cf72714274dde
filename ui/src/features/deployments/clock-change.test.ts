import { expect, test } from "vitest";
import { reading } from "./clock-change";

test.each([
  ["2026-03-29T03:30:00+02:00", "03:30", "UTC+02:00"],
  ["2026-10-25T02:30:00.000000+01:00", "02:30", "UTC+01:00"],
  ["2026-03-08T01:59:30-05:00", "01:59:30", "UTC−05:00"],
  ["2026-03-08T00:00:00Z", "00:00", "UTC"],
])("%s is read where it is", (at, time, offset) => {
  expect(reading(at)).toMatchObject({ time, offset });
});

test("the day is the zone's, not UTC's", () => {
  expect(reading("2026-03-30T00:30:00+02:00").day).toContain("30");
});
