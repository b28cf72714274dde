import { expect, test } from "vitest";
import { defaults, fromSearch, grows, shows, toFilter, toSearch } from "./filters";

const now = Date.parse("2026-11-28T12:00:00Z");

test.each([
  [{}, defaults],
  [{ resource: "prefect.flow-run.1" }, { ...defaults, resource: "prefect.flow-run.1" }],
  [{ event: "a,b.*", when: "7d", text: "cat" }, { ...defaults, event: ["a", "b.*"], when: "7d", text: "cat" }],
  [{ after: "2026-11-01T00:00:00Z", when: "between" }, { ...defaults, when: "between", after: "2026-11-01T00:00:00Z" }],
])("%j and back", (search, filters) => {
  expect(fromSearch(search)).toEqual(filters);
  expect(toSearch(fromSearch(search))).toEqual(search);
});

test.each([[{ when: "never" }], [{ when: "between" }], [{ after: "soon" }], [{ event: "," }]])("%j makes no sense", (search) => {
  expect(fromSearch(search)).toEqual(defaults);
});

test("the contract's filter", () => {
  expect(toFilter(defaults, now)).toEqual({ occurred: { since: "2026-11-27T12:00:00.000Z" } });
  expect(toFilter({ ...defaults, event: ["a"], resource: "prefect.flow-run.*", text: "x" }, now)).toEqual({ occurred: { since: "2026-11-27T12:00:00.000Z" }, event: { name: ["a"] }, any_resource: { id_prefix: ["prefect.flow-run."] }, text: { query: "x" } });
  expect(toFilter({ ...defaults, event: ["a", "b.*"], resource: "r", when: "between", before: "2026-11-01T00:00:00Z" }, now)).toEqual({ occurred: { until: "2026-11-01T00:00:00Z" }, event: { prefix: ["a", "b."] }, any_resource: { id: ["r"] } });
});

test("what comes is shown when it fits, as long as the feed grows", () => {
  const event = { event: "b.c", resource: { "prefect.resource.id": "r" }, related: [{ "prefect.resource.id": "s.1" }] };
  expect(shows(defaults, event)).toBe(true);
  expect(shows({ ...defaults, event: ["a", "b.*"], resource: "s.*" }, event)).toBe(true);
  expect(shows({ ...defaults, event: ["b"] }, event)).toBe(false);
  expect(shows({ ...defaults, resource: "s" }, event)).toBe(false);
  expect([grows(defaults), grows({ ...defaults, text: "x" }), grows({ ...defaults, when: "between", before: "2026-11-01T00:00:00Z" })]).toEqual([true, false, false]);
});
