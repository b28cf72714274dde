import { expect, test } from "vitest";
import { counted, merged } from "./merge";

const event = (id: string, second: number) => ({ id, event: "e", occurred: new Date(second * 1000).toISOString(), resource: {}, related: [] });

test("what came and what was read is there once, the newest first", () => {
  expect(merged([event("c", 3), event("b", 2)], [event("b", 2), event("a", 1)]).map(({ id }) => id)).toEqual(["c", "b", "a"]);
  expect(merged([event("late", 1)], [event("b", 2), event("a", 0)]).map(({ id }) => id)).toEqual(["b", "late", "a"]);
});

test("bars grow by what came", () => {
  const bars = [0, 10].map((start) => ({ start: new Date(start * 1000).toISOString(), end: new Date(start * 1000 + 9999).toISOString(), count: 1 }));
  expect(counted(bars, [event("a", 5), event("b", 15), event("c", 99)]).map(({ count }) => count)).toEqual([2, 3]);
  expect(counted([], [event("a", 5)])).toEqual([]);
});
