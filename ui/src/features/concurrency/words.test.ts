import { expect, test } from "vitest";
import type { Holder } from "./types";
import { command, deletion, limitLook, nameOf, readDecay, unnamed } from "./words";

test.each([
  [{ active: true, active_slots: 0, limit: 2, waiter_count: 0 }, "Has room"],
  [{ active: true, active_slots: 2, limit: 2, waiter_count: 0 }, "Full"],
  [{ active: true, active_slots: 0, limit: 0, waiter_count: 0 }, "Full"],
  [{ active: true, active_slots: 2, limit: 2, waiter_count: 1 }, "1 waits"],
  [{ active: false, active_slots: 2, limit: 2, waiter_count: 3 }, "Off"],
])("%j is shown as %s", (limit, word) => {
  expect(limitLook(limit).word).toBe(word);
});

test("slots that nobody named holds", () => {
  const holder = (slots: number): Holder => ({ kind: "flow_run", name: "r", flow_run_id: "1", flow_run_name: "r", slots, since: "", expires: null });
  expect(unnamed({ active_slots: 5, holders: [holder(2), holder(1)] })).toBe(2);
  expect(unnamed({ active_slots: 1, holders: [holder(2)] })).toBe(0);
});

test("names on the server", () => {
  expect(nameOf("tag", " gpu ")).toBe("tag:gpu");
  expect(nameOf("global", "database")).toBe("database");
});

test.each([["", 0], ["0.5", 0.5], [" 2 ", 2]])("the decay %j is %d", (text, want) => {
  expect(readDecay(text)).toBe(want);
});

test.each(["-1", "fast", "NaN"])("%j is no decay", (text) => {
  expect(readDecay(text)).toBeInstanceOf(Error);
});

test.each([
  ["global", "prefect gcl inspect database", "prefect gcl delete database"],
  ["tag", "prefect concurrency-limit inspect gpu", "prefect concurrency-limit delete gpu"],
  ["flow", "prefect api GET /reeve/flows/1/limit", "prefect api DELETE /reeve/flows/1/limit"],
])("the commands of one of kind %s", (kind, shows, deletes) => {
  const limit = { kind, id: "1", title: "gpu", name: "database" };
  expect([command(limit), deletion(limit)]).toEqual([shows, deletes]);
});
