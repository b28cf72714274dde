import { expect, test } from "vitest";
import { barHeight, piecesOf } from "./chart";

test("hours fall into the pieces of the window, and its ends keep what is beside them", () => {
  const from = Date.parse("2026-11-01T00:30:00Z");
  const until = Date.parse("2026-11-03T00:30:00Z");
  const hours = [{ start: "2026-11-01T00:00:00Z", fired: 2 }, { start: "2026-11-01T12:00:00Z", fired: 1 }, { start: "2026-11-02T10:00:00Z", fired: 4 }, { start: "2026-11-03T00:00:00Z", fired: 8 }];
  expect(piecesOf(hours, from, until, 4)).toEqual([3, 0, 4, 8]);
  expect(piecesOf([], from, until, 2)).toEqual([0, 0]);
});

test("a bar that has something is seen", () => {
  expect([barHeight(0, 9), barHeight(1, 1000), barHeight(5, 10), barHeight(10, 10)]).toEqual([0, 8, 50, 100]);
});
