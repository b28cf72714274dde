import { expect, test } from "vitest";
import { fill, isBelow, match, readQuery, writeQuery } from "./address";

test.each([
  ["/", {}, "/"],
  ["/flows/flow/$id", { id: "1" }, "/flows/flow/1"],
  ["/events/event/$date/$id", { date: "2026-01-02", id: "a" }, "/events/event/2026-01-02/a"],
  ["/work-pools/work-pool/$name", { name: "a/b ?#%ü" }, "/work-pools/work-pool/a%2Fb%20%3F%23%25%C3%BC"],
])("%s is filled and found again", (pattern, values, path) => {
  expect(fill(pattern, values)).toBe(path);
  expect(match(pattern, path)).toEqual(values);
});

test("a value that is missing is a mistake, not a part of a path", () => {
  expect(() => fill("/flows/flow/$id", {})).toThrow("has no id");
});

test.each([
  ["/runs", "/runs/", {}],
  ["/runs", "//runs", {}],
  ["/runs", "/flows", null],
  ["/runs", "/runs/flow-run/1", null],
  ["/runs/flow-run/$id", "/runs", null],
  ["/automations/automation/$id", "/automations/automation/%", { id: "%" }], // what cannot be read is what it is
])("%s in %s", (pattern, path, values) => {
  expect(match(pattern, path)).toEqual(values);
});

test.each([
  ["/runs", "/runs", true], ["/runs/flow-run/1", "/runs", true], ["/runs-of-others", "/runs", false], ["/", "/runs", false],
])("whether %s is below %s", (path, page, below) => {
  expect(isBelow(path, page)).toBe(below);
});

test.each([
  [{}, ""],
  [{ state: "FAILED,CRASHED", after: "2026-01-02T03:04:05Z" }, "?state=FAILED,CRASHED&after=2026-01-02T03:04:05Z"],
  [{ name: "a & b = ü+%", gone: undefined }, "?name=a+%26+b+%3D+%C3%BC%2B%25"],
])("%j is written and read again", (query, text) => {
  expect(writeQuery(query)).toBe(text);
  expect(readQuery(text)).toEqual(JSON.parse(JSON.stringify(query)));
});
