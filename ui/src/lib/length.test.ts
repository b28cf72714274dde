import { expect, test } from "vitest";
import { readLength } from "./length";

test.each([["", null], ["90", 90], ["1.5", 1.5], ["45s", 45], [" 5M ", 300], ["1h 30m", 5400], ["1h30m10s", 5410], ["250ms", 0.25], ["2 d", 172_800]])("%j is %s seconds", (text, seconds) => {
  expect(readLength(text)).toBe(seconds);
});

test.each(["soon", "5 years", "-1", "1h of it", "h", "1,5m"])("%j is no length", (text) => {
  expect(readLength(text)).toBeInstanceOf(Error);
});
