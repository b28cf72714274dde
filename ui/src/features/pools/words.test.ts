import { expect, test } from "vitest";
import { poolLook } from "./words";

test.each([
  ["READY", false, "Ready"], ["READY", true, "Paused"], ["NOT_READY", false, "Not ready"], [null, false, "Of agents"], [null, true, "Paused"],
] as const)("a pool that is %s, paused %s", (status, is_paused, word) => {
  expect(poolLook({ status, is_paused }).word).toBe(word);
});
