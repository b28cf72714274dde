import { expect, test } from "vitest";
import { readLimit } from "./limits";

test.each([["", null], ["  ", null], ["0", 0], [" 12 ", 12]])("the limit %j is %j", (text, want) => {
  expect(readLimit(text)).toBe(want);
});

test.each(["-1", "1.5", "many", "1e999"])("%j is no limit", (text) => {
  expect(readLimit(text)).toBeInstanceOf(Error);
});
