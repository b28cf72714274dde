import { describe, expect, test } from "vitest";
import { errorsByPath, fieldKind, fieldsOf, initial, type Schema, toNumber } from "./schema";

const root: Schema = {
  type: "object",
  definitions: { Size: { type: "string", enum: ["small", "large"] }, Box: { type: "object", properties: { w: { type: "integer" } } }, Loop: { $ref: "#/definitions/Loop" } },
  properties: { b: { type: "string", position: 1 }, a: { type: "integer", position: 0, default: 3 }, size: { $ref: "#/definitions/Size", default: "small" } },
};

describe("what kind of field a schema asks for", () => {
  test.each<[string, Schema, string, boolean]>([
    ["a text", { type: "string" }, "text", false],
    ["a secret", { type: "string", format: "password" }, "secret", false],
    ["a moment", { type: "string", format: "date-time" }, "moment", false],
    ["an optional integer", { anyOf: [{ type: "integer" }, { type: "null" }] }, "integer", true],
    ["a reference to a choice", { $ref: "#/definitions/Size" }, "choice", false],
    ["a reference inside allOf", { allOf: [{ $ref: "#/definitions/Size" }], default: "small" }, "choice", false],
    ["an object of a definition", { $ref: "#/definitions/Box" }, "object", false],
    ["a list of texts", { type: "array", items: { type: "string" } }, "list", false],
    ["a list of objects", { type: "array", items: { $ref: "#/definitions/Box" } }, "json", false],
    ["a union of two", { anyOf: [{ type: "integer" }, { type: "string" }] }, "json", false],
    ["anything", {}, "json", false],
    ["a reference to nothing", { $ref: "#/definitions/None" }, "json", false],
    ["a reference to itself", { $ref: "#/definitions/Loop" }, "json", false],
    ["a mapping", { type: "object" }, "json", false],
  ])("%s", (_, schema, kind, nullable) => {
    expect(fieldKind(schema, root)).toMatchObject({ kind, nullable });
  });
});

test("fields are in the order of the flow's parameters", () => {
  expect(fieldsOf(root).map(([name]) => name)).toEqual(["a", "b", "size"]);
});

test("values begin with what is given, then with the schema's own", () => {
  expect(initial(root, { a: 7 })).toEqual({ a: 7, size: "small" });
});

test.each([["12", 12], ["1.5", 1.5], ["", undefined], [" ", undefined], ["twelve", "twelve"]])("the number %j", (text, want) => {
  expect(toNumber(text)).toBe(want);
});

test("errors are found by the path of their field", () => {
  expect([...errorsByPath([{ property: "video", errors: [{ property: "rate", errors: ["too high", "again"] }] }, { property: "list", errors: [{ index: 1, errors: ["no"] }] }, "all wrong"])])
    .toEqual([["video.rate", "too high"], ["list.1", "no"], ["", "all wrong"]]);
});
