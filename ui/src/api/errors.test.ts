import { expect, test } from "vitest";
import { ApiError, errorOf, explain, statusOf } from "./errors";

test.each([0, 401, 403, 404, 409, 422, 502, 503, 504, 507])("%d has a view of its own with a next step", (status) => {
  const { title, next } = explain(status);
  expect(title).not.toBe(explain(500).title);
  expect(next).not.toBe("");
});

test.each<[number, unknown, string]>([
  [404, { detail: "Flow run not found" }, "Flow run not found"],
  [500, { exception_message: "Internal Server Error" }, "Internal Server Error"],
  [507, null, "The server's disk is full"],
  [403, "a page of a proxy", "This is not allowed"],
  [422, { exception_detail: [{ loc: ["body", "name"], msg: "Field required" }, { loc: ["body"], msg: "is odd" }] }, "name: Field required; is odd"],
])("%d with %j says %j", (status, body, words) => {
  expect(errorOf(status, body).message).toBe(words);
});

test.each<[Error, number]>([
  [new ApiError(507, "full"), 507],
  [new TypeError("Failed to fetch dynamically imported module: http://server/assets/runs-page.js"), 0],
  [new TypeError("error loading dynamically imported module: http://server/assets/runs-page.js"), 0],
  [new TypeError("Importing a module script failed."), 0],
  [new TypeError("undefined is not a function"), 500],
])("%o is like %d", (error, status) => {
  expect(statusOf(error)).toBe(status);
});
