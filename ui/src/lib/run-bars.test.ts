import { describe, expect, test } from "vitest";
import { barHeights, percent } from "./run-bars";

describe("bars of runs", () => {
  test.each<[number[], number[]]>([
    [[], []], [[0, 0], [30, 30]], [[100, 25, 0], [100, 50, 16]], [[7], [100]], [[-1, 4], [16, 100]],
  ])("%j has the heights %j", (seconds, want) => expect(barHeights(seconds)).toEqual(want));

  test.each<[number | null, string]>([[null, "–"], [1, "100 %"], [0.999, "99 %"], [0.5, "50 %"], [0, "0 %"]])("%s is %s", (part, want) => expect(percent(part)).toBe(want));
});
