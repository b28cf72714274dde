import { expect, test } from "vitest";
import { bytes } from "./bytes";

test.each([[0, "0 bytes"], [999, "999 bytes"], [1500, "1.5 KB"], [12_345_678, "12.3 MB"], [5e15, "5000.0 TB"]])("%d are %s", (size, words) => {
  expect(bytes(size)).toBe(words);
});
