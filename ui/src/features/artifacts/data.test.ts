import { expect, test } from "vitest";
import { cellText, fileOf, isNumeric, progressOf, tableOf } from "./data";

test.each([
  ["rows by name", '[{"a": 1, "b": "x"}, {"a": 2, "c": null}]', ["a", "b", "c"], [[1, "x", undefined], [2, undefined, null]]],
  ["lists by column", { a: [1, 2], b: ["x"] }, ["a", "b"], [[1, "x"], [2, undefined]]],
  ["rows as lists", "[[1, 2], [3]]", ["1", "2"], [[1, 2], [3]]],
  ["nothing", "[]", [], []],
])("a table of %s", (_, data, columns, rows) => {
  expect(tableOf(data)).toEqual({ columns, rows });
});

test.each([["text"], [5], [null], [{ a: 1 }], ["[1, 2]"]])("%j is no table", (data) => {
  expect(tableOf(data)).toBeNull();
});

test("columns of numbers", () => {
  const rows = [[1, "a", null], [null, "b", null], [2.5, 3, null]];
  expect([0, 1, 2].map((column) => isNumeric(rows, column))).toEqual([true, false, false]);
});

test.each([[12.5, 12.5], ["40", 40], [-1, 0], [250, 100], ["x", null], [null, null]])("progress %j is %j", (data, want) => {
  expect(progressOf(data)).toBe(want);
});

test("what is downloaded", () => {
  expect(fileOf("report", "markdown", "# a")).toEqual({ name: "report.md", mime: "text/markdown", text: "# a" });
  expect(fileOf("t", "table", '[{"a":1}]').text).toBe('[\n  {\n    "a": 1\n  }\n]');
  expect(fileOf("u", "image", "https://x.org/a.png")).toEqual({ name: "u.txt", mime: "text/plain", text: "https://x.org/a.png" });
  expect(cellText({ a: 1 })).toBe('{"a":1}');
});
