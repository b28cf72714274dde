import { expect, test } from "vitest";
import { rowsIn } from "./use-window";

test.each([
  ["the top", 0, 360, 1000, { first: 0, end: 22 }],
  ["the middle", 3600, 360, 1000, { first: 88, end: 122 }],
  ["a row that is half seen", 3618, 360, 1000, { first: 88, end: 123 }],
  ["the end", 35_640, 360, 1000, { first: 978, end: 1000 }],
  ["beyond the end, as rows were taken away", 35_640, 360, 10, { first: 9, end: 10 }],
  ["fewer rows than there is room for", 0, 360, 3, { first: 0, end: 3 }],
  ["no rows", 0, 360, 0, { first: 0, end: 0 }],
  ["before the box was measured", 0, 0, 1000, { first: 0, end: 12 }],
])("%s", (_, top, room, count, drawn) => {
  expect(rowsIn(top, room, 36, count)).toEqual(drawn);
});
