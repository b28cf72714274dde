import { expect, test } from "vitest";
import { inPlace } from "./server";

test.each([
  ["/runs", "", null],
  ["/prefect/runs", "/prefect", null],
  ["/prefect", "/prefect", null],
  ["/runs", "/prefect", "/prefect/runs?a=b#c"],
  ["/prefects", "/prefect", "/prefect/prefects?a=b#c"],
])("%s of %s is in place, or at %s", (pathname, base, at) => {
  expect(inPlace({ pathname, search: "?a=b", hash: "#c" }, base)).toBe(at);
});
