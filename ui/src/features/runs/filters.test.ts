import { describe, expect, test } from "vitest";
import { defaults, fromSearch, insideOf, join, type RunFilters, split, toBody, toGroupBody, toSearch } from "./filters";

const now = Date.parse("2026-11-28T12:00:00Z");

describe("filters and the URL", () => {
  test.each<[string, Partial<RunFilters>, Record<string, string>]>([
    ["nothing", {}, {}],
    ["states and names", { state: ["FAILED", "Late"] }, { state: "FAILED,Late" }],
    ["a comma and a backslash in a tag", { tag: ["a,b", "c\\d", "plain"] }, { tag: "a\\,b,c\\\\d,plain" }],
    ["a window of one's own", { when: "between", after: "2026-11-01T00:00:00Z" }, { when: "between", after: "2026-11-01T00:00:00Z" }],
    ["task runs in their own order", { kind: "task", sort: "EXPECTED_START_TIME_DESC" }, { kind: "task" }],
    ["how long they took, and their parameters", { longer: "5m", shorter: "1h 30m", parameters: "a=b&c" }, { longer: "5m", shorter: "1h 30m", parameters: "a=b&c" }],
    ["groups", { group: "tag", creator: "automation" }, { group: "tag", creator: "automation" }],
    ["task runs of a task, in groups", { kind: "task", sort: "STATE_ASC", task: "crop", group: "task" }, { kind: "task", sort: "STATE_ASC", task: "crop", group: "task" }],
    ["everything", { flow: ["f"], deployment: ["d"], pool: ["p"], name: "x&y=z", when: "any", creator: "schedule", subflows: "none", sort: "NAME_ASC", page: 3 },
      { flow: "f", deployment: "d", pool: "p", name: "x&y=z", when: "any", creator: "schedule", subflows: "none", sort: "NAME_ASC", page: "3" }],
  ])("%s", (_, given, want) => {
    const filters = { ...defaults, ...given };
    expect(toSearch(filters)).toEqual(want);
    expect(fromSearch(toSearch(filters))).toEqual(filters);
  });

  test.each<[string, Record<string, string>, Partial<RunFilters>]>([
    ["an order that does not exist", { sort: "RANDOM" }, {}],
    ["a page that is none", { page: "-1" }, {}],
    ["a length that is none", { longer: "soon", shorter: "-1" }, {}],
    ["groups that there are not", { group: "constructor", creator: "nobody" }, {}],
    ["groups and names of tasks for flow runs", { group: "task", task: "crop" }, {}],
    ["a page of text", { page: "two" }, {}],
    ["a time that is none", { when: "between", after: "yesterday" }, { when: "between" }],
    ["a window without its word", { after: "2026-11-01T00:00:00Z" }, { when: "between", after: "2026-11-01T00:00:00Z" }],
    ["an inherited name", { when: "toString" }, {}],
    ["an order of flow runs for task runs", { kind: "task", sort: "START_TIME_DESC" }, { kind: "task", sort: "EXPECTED_START_TIME_DESC" }],
  ])("%s", (_, search, want) => {
    expect(fromSearch(search)).toEqual({ ...defaults, ...want });
  });

  test("lists keep whatever is in them", () => {
    for (const list of [["a"], ["a,b"], ["\\"], [",", "\\,"], ["ü", "a b"]]) expect(split(join(list))).toEqual(list);
  });
});

describe("what the server is asked", () => {
  test.each<[string, Partial<RunFilters>, object]>([
    ["the last week", {}, { flow_runs: { start_time: { after_: "2026-11-21T12:00:00.000Z", before_: "2026-11-28T12:00:00.000Z" } } }],
    ["any time", { when: "any" }, { flow_runs: undefined }],
    ["types and names of states", { when: "any", state: ["FAILED", "CRASHED", "Late"] },
      { flow_runs: { state: { operator: "or_", type: { any_: ["FAILED", "CRASHED"] }, name: { any_: ["Late"] } } } }],
    ["names", { when: "any", flow: ["f"], deployment: ["d"], pool: ["p"], tag: ["t"] },
      { flows: { name: { any_: ["f"] } }, deployments: { name: { any_: ["d"] } }, work_pools: { name: { any_: ["p"] } }, flow_runs: { tags: { all_: ["t"] } } }],
    ["the third page", { page: 3 }, { limit: 100, offset: 200 }],
    ["what is to come", { when: "upcoming" }, { flow_runs: { expected_start_time: { after_: "2026-11-28T12:00:00.000Z" } } }],
    ["what schedules made", { when: "any", creator: "schedule", subflows: "none" },
      { flow_runs: { created_by: { type_: ["SCHEDULE"] }, parent_task_run_id: { is_null_: true } } }],
    ["what took long", { when: "any", longer: "5m", parameters: "x" }, { narrow: { at_least: 300, parameters: "x", order: "START_TIME_DESC" }, sort: "START_TIME_DESC" }],
    ["the longest first", { when: "any", sort: "DURATION_DESC" }, { narrow: { order: "DURATION_DESC" }, sort: "START_TIME_DESC" }],
    ["those that ended last, among the long ones", { when: "any", sort: "END_TIME_DESC", longer: "1" }, { narrow: { at_least: 1, order: "START_TIME_DESC" } }],
    ["what automations made", { when: "any", creator: "automation" }, { flow_runs: { created_by: { type_: ["AUTOMATION"] } } }],
    ["task runs of a task that took long", { kind: "task", when: "any", longer: "1m", task: "crop", parameters: "x", sort: "NAME_ASC" },
      { narrow: { at_least: 60, task: "crop", order: "NAME_ASC" }, sort: "EXPECTED_START_TIME_DESC" }],
    ["the longest task runs first", { kind: "task", when: "any", sort: "DURATION_DESC" }, { narrow: { order: "DURATION_DESC" }, sort: "EXPECTED_START_TIME_DESC" }],
    ["task runs", { kind: "task", when: "1h", sort: "NAME_ASC" },
      { task_runs: { expected_start_time: { after_: "2026-11-28T11:00:00.000Z", before_: "2026-11-28T12:00:00.000Z" } }, sort: "NAME_ASC" }],
  ])("%s", (_, given, want) => {
    expect(toBody({ ...defaults, ...given }, now)).toMatchObject(want);
  });
});

describe("groups", () => {
  const at = (group: RunFilters["group"]) => ({ ...defaults, group, page: 3, tag: ["x"] });

  test.each<[RunFilters["group"], string, Partial<RunFilters>]>([
    ["flow", "a/b", { flow: ["a/b"] }], ["deployment", "flow/name/of it", { flow: ["flow"], deployment: ["name/of it"] }], ["tag", "y", { tag: ["x", "y"] }], ["task", "crop", { task: "crop" }],
  ])("one by %s leads to its runs", (group, name, want) => {
    expect(insideOf(at(group), name)).toEqual({ ...defaults, tag: ["x"], ...want });
  });

  test("are asked for without an order or a page", () => {
    const body = toGroupBody({ ...at("tag"), longer: "1m" }, now);
    expect(body).toMatchObject({ by: "tag", narrow: { at_least: 60 } });
    for (const key of ["sort", "limit", "offset"]) expect(body).not.toHaveProperty(key);
  });
});
