import { describe, expect, test } from "vitest";
import { fromSearch, pageSize, restricts, toBody, toSearch } from "./filters";

describe("filters of deployments", () => {
  test("they are written as they are read", () => {
    for (const search of [{}, { name: "a/b", tag: "gpu", pool: "machines", paused: "yes", sort: "CREATED_DESC", page: "2" }, { paused: "no" }]) {
      expect(toSearch(fromSearch(search))).toEqual(search);
    }
  });

  test("what makes no sense counts as not given", () => {
    expect(toSearch(fromSearch({ paused: "maybe", sort: "x", page: "1.5" }))).toEqual({});
  });

  test.each([[{}, false], [{ sort: "NAME_DESC" }, false], [{ tag: "x" }, true], [{ page: "2" }, true]])("%j restricts: %s", (search, want) => {
    expect(restricts(fromSearch(search))).toBe(want);
  });

  test.each([
    [{}, { sort: "NAME_ASC", limit: pageSize, offset: 0 }],
    [{ name: "etl", paused: "no" }, { deployments: { flow_or_deployment_name: { like_: "etl" }, paused: { eq_: false } }, sort: "NAME_ASC", limit: pageSize, offset: 0 }],
    [{ tag: "gpu", pool: "p", page: "3" }, { deployments: { tags: { all_: ["gpu"] } }, work_pools: { name: { any_: ["p"] } }, sort: "NAME_ASC", limit: pageSize, offset: 2 * pageSize }],
  ])("%j asks for %j", (search, want) => expect(toBody(fromSearch(search))).toEqual(want));
});
