import { expect, test } from "vitest";
import { lineOf } from "./json-place";

const text = `{
  "name": "a \\" } n",
  "trigger": {"posture": "Reactive",
    "within": -1},
  "actions": [
    {"type": "do-nothing"},
    {
      "type": "send-notification",
      "body": "{{"
    }
  ]
}`;

test.each([
  ["name", 2], ["trigger.EventTrigger.within", 4], ["trigger.EventTrigger.expect", 3], ["actions.0", 6], ["actions.1.SendNotification.body", 9], ["actions.1.block_document_id", 7], ["nothing", 1],
])("%s is on line %d", (place, line) => {
  expect(lineOf(text, place)).toBe(line);
});

test("a text that is no JSON has one place", () => {
  expect(lineOf('{"a":', "a")).toBe(1);
});
