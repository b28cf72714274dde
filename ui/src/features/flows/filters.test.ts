import { describe, expect, test } from "vitest";
import { type FlowFilters, fromSearch, pageSize, toBody, toSearch } from "./filters";

describe("filters of flows", () => {
  test.each<[Record<string, string>, FlowFilters]>([
    [{}, { name: "", sort: "NAME_ASC", page: 1 }],
    [{ name: "etl", sort: "CREATED_DESC", page: "3" }, { name: "etl", sort: "CREATED_DESC", page: 3 }],
    [{ sort: "nonsense", page: "-1" }, { name: "", sort: "NAME_ASC", page: 1 }],
  ])("%j is read as %j", (search, want) => expect(fromSearch(search)).toEqual(want));

  test("they are written as they are read", () => {
    for (const search of [{}, { name: "a&b=c" }, { sort: "NAME_DESC", page: "2" }]) expect(toSearch(fromSearch(search))).toEqual(search);
  });

  test("a body asks for a page", () => {
    expect(toBody({ name: "etl", sort: "NAME_ASC", page: 2 })).toEqual({ flows: { name: { like_: "etl" } }, sort: "NAME_ASC", limit: pageSize, offset: pageSize });
    expect(toBody({ name: "", sort: "NAME_ASC", page: 1 })).not.toHaveProperty("flows");
  });
});
