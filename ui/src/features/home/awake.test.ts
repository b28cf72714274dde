import { expect, test } from "vitest";
import { awakePart, costWords, dayWords, howFar, stripWords } from "./awake";

const day = (known: number, awake: number, wakes = 0) => ({ day: "2026-11-28", known, awake, wakes });

test.each([
  [day(86400, 43200), 50], [day(86400, 86400), 100], [day(86400, 10), 4], [day(86400, 0), 0], [day(0, 0), null], [day(10, 20), 100],
])("%j fills %s percent", (of, percent) => {
  expect(awakePart(of)).toBe(percent);
});

test.each([
  [day(86400, 3600, 3), "Sat, Nov 28: awake 1 h 00 m, woken 3 times"], [day(86400, 0), "Sat, Nov 28: asleep"],
  [day(0, 0), "Sat, Nov 28: nothing is known"], [day(60, 60, 1), "Sat, Nov 28: awake all the time, woken once"],
])("%j says %s", (of, words) => {
  expect(dayWords(of)).toBe(words);
});

test("the strip as a whole", () => {
  expect(stripWords([day(86400, 864, 2), day(86400, 0)])).toBe("awake 0.5 % of the time, woken 2 times");
  expect(stripWords([day(0, 0), day(100, 100, 1)])).toBe("awake all the time, woken once");
  expect(stripWords([day(100, 25)])).toBe("awake 25 % of the time, woken 0 times");
  expect(stripWords([day(0, 0)])).toBe("");
});

test("money", () => {
  expect(costWords({ currency: "USD", so_far: 0.1234, month: 3.3 })).toBe("$0.12 so far this month, $3.30 at this rate");
});

test.each([
  [30, { usual: 60, tasks: 4, done: 1 }, { part: 0.5, words: "1 of 4 tasks, usually 1 m 00 s" }],
  [70, { usual: 60, tasks: 1, done: 0 }, { part: 1, words: "0 of 1 task, usually 1 m 00 s" }],
  [100, { usual: 60, tasks: 0, done: 0 }, { part: 1, words: "longer than usual, which is 1 m 00 s" }],
  [100, { usual: null, tasks: 200, done: 200 }, { part: null, words: "more than 200 tasks" }],
  [100, { usual: null, tasks: 0, done: 0 }, { part: null, words: "" }],
])("after %d s one with %j is %j far", (seconds, of, far) => {
  expect(howFar(seconds, of)).toEqual(far);
});
