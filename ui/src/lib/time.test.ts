import { expect, test } from "vitest";
import { clock, dayAndTime, dayInUTC, duration, exact, fineClock, relative } from "./time";

const s = 1000, m = 60 * s, h = 60 * m, d = 24 * h;

test.each([
  [0, "now"], [1.9 * s, "now"], [59 * s, "59 s ago"], [60 * s, "1 m ago"], [59.9 * m, "59 m ago"],
  [h, "1 h ago"], [25 * h, "1 d ago"], [29 * d, "29 d ago"], [60 * d, "2 mo ago"], [400 * d, "1 y ago"],
  [-90 * s, "in 1 m"], [-26 * h, "in 1 d"],
])("%d ms before now is %s", (before, want) => {
  expect(relative(1e12 - before, 1e12)).toBe(want);
});

test.each([
  [0, "0 s"], [0.0004, "0 ms"], [0.45, "450 ms"], [1, "1.0 s"], [59.94, "59.9 s"], [59.96, "1 m 00 s"],
  [245, "4 m 05 s"], [7800, "2 h 10 m"], [273_600, "3 d 4 h"], [-1, "–"], [NaN, "–"],
])("%d seconds are written %s", (seconds, want) => {
  expect(duration(seconds)).toBe(want);
});

test("moments are written as they are here", () => {
  const at = new Date(2026, 10, 8, 9, 7, 5, 42).getTime(); // of the zone that the test is in
  expect(exact(at)).toMatch(/^Nov 8, 2026, 09:07:05\n2026-11-0[789] \d\d:\d\d:05 UTC$/);
  expect(clock(at, at + h)).toBe("09:07");
  expect(clock(at, at + 2 * d)).toBe("Nov 8, 09:07");
  expect(dayAndTime(at)).toBe("Sun, Nov 8, 09:07:05");
  expect(dayAndTime(at - 5042)).toBe("Sun, Nov 8, 09:07");
  expect(fineClock(at)).toBe("09:07:05.042");
  expect(dayInUTC(Date.UTC(2026, 10, 28, 23))).toBe("Sat, Nov 28");
});
