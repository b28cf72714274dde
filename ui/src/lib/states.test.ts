import { describe, expect, test } from "vitest";
import { stateTypes } from "@/api/types";
import { lookOf, possible } from "./states";

describe("how a state is shown", () => {
  test.each([
    ["SCHEDULED", "Scheduled", "scheduled", "Scheduled"],
    ["SCHEDULED", "Late", "late", "Late"],
    ["SCHEDULED", "AwaitingRetry", "scheduled", "Awaiting retry"],
    ["SCHEDULED", "AwaitingConcurrencySlot", "scheduled", "Awaiting concurrency slot"],
    ["RUNNING", "Retrying", "running", "Retrying"],
    ["FAILED", "TimedOut", "failed", "Timed out"],
    ["COMPLETED", "Cached", "completed", "Cached"],
    ["COMPLETED", "A name of Its own", "completed", "A name of Its own"],
    ["PAUSED", null, "paused", "Paused"],
  ] as const)("%s named %s", (state_type, state_name, tone, word) => {
    expect(lookOf({ state_type, state_name })).toMatchObject({ tone, word });
  });

  test("no two types look the same", () => {
    const seen = stateTypes.map((state_type) => {
      const { tone, icon } = lookOf({ state_type, state_name: null });
      return `${tone} ${icon}`;
    });
    expect(new Set(seen).size).toBe(stateTypes.length);
  });

  test("a run without a state has a look", () => {
    expect(lookOf({ state_type: null, state_name: null }).word).toBe("No state");
  });
});

test.each([
  ["RUNNING", { cancel: true, retry: false, pause: true, resume: false }],
  ["PAUSED", { cancel: true, retry: false, pause: false, resume: true }],
  ["CANCELLING", { cancel: false, retry: false, pause: false, resume: false }],
  ["FAILED", { cancel: false, retry: true, pause: false, resume: false }],
  [null, { cancel: false, retry: false, pause: false, resume: false }],
] as const)("what may be done with a run that is %s", (state_type, want) => {
  expect(possible({ state_type, state_name: null })).toEqual(want);
});
