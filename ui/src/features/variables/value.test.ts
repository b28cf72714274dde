import { expect, test } from "vitest";
import { editable, kindOf, mostBytes, oneLine, readValue } from "./value";

test.each([["plain"], [""], ["5"], ["null"], [" { "], [5], [null], [true], [[1, "a"]], [{ a: { b: [] } }]])("%j survives being edited", (value) => {
  expect(readValue(kindOf(value), editable(value))).toEqual({ value });
});

test("a text that looks like JSON stays a text", () => {
  expect(readValue("text", "[1]")).toEqual({ value: "[1]" });
  expect(readValue("json", "[1]")).toEqual({ value: [1] });
  expect(oneLine({ a: [1] })).toBe('{"a":[1]}');
});

test.each(["", "{", "{a: 1}", "undefined"])("%j is no JSON", (text) => {
  expect(readValue("json", text)).toBeInstanceOf(Error);
});

test("a value is as long as the server takes it, in bytes", () => {
  expect(readValue("text", "x".repeat(mostBytes - 2))).not.toBeInstanceOf(Error);
  expect(readValue("text", "ü".repeat(mostBytes / 2))).toBeInstanceOf(Error);
});
