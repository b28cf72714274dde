import { expect, test } from "vitest";
import { readObject } from "./json-object";
import { readTags, tagText } from "./tag-list";

test.each([["", []], [" a, b ,a,,", ["a", "b"]], ["one tag", ["one tag"]]])("%j are the tags %j", (text, tags) => {
  expect(readTags(text)).toEqual(tags);
  expect(readTags(tagText(tags))).toEqual(tags);
});

test.each([["", {}], ['{"a": [1]}', { a: [1] }]])("%j is an object", (text, value) => {
  expect(readObject(text)).toEqual(value);
});

test.each(["[1]", "null", "3", "{a: 1}", '"text"'])("%j is none", (text) => {
  expect(readObject(text)).toBeInstanceOf(Error);
});
