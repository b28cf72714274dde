import { expect, test } from "vitest";
import { goes, keptFor } from "./retention";

test.each([[null, "for ever"], [86_400, "1 day"], [7_776_000, "90 days"], [129_600, "1.5 days"], [7200, "2 hours"], [60, "60 seconds"]])("%s s is %s", (seconds, words) => {
  expect(keptFor(seconds)).toBe(words);
});

test.each([
  [{ period: null, older: 0, soon: 0 }, "nothing is deleted."],
  [{ period: 60, older: 0, soon: 0 }, "nothing now, nothing more within a week."],
  [{ period: 60, older: 2, soon: 5 }, "2 now, 3 within a week."],
  [{ period: 60, older: 0, soon: 10_000 }, "nothing now, 10,000 or more within a week."],
  [{ period: 60, older: 10_000, soon: 10_000 }, "10,000 or more now."],
])("%j goes: %s", (of, words) => {
  expect(goes(of, 10_000)).toBe(words);
});
