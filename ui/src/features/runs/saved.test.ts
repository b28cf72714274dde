import { describe, expect, test } from "vitest";
import { toSaved, viewOf } from "./saved";

describe("views and saved searches", () => {
  test.each([[{}], [{ state: "FAILED,Late", when: "any" }], [{ tag: "a\\,b,c&d=e", name: "50 % ü+" }]])("%o comes back as it was", (search: Record<string, string>) => {
    expect(viewOf(toSaved({ name: "mine", search }) as Parameters<typeof viewOf>[0])).toEqual({ name: "mine", search });
  });

  const filter = { object: "reeve.runs", property: "search", type: "string", operation: "is", value: "when=any" };
  test.each([
    ["without filters", []], ["of another interface", [{ ...filter, object: "FLOW_RUN", property: "state" }]],
    ["with more than one", [filter, filter]], ["whose value is no text", [{ ...filter, value: { when: "any" } }]],
  ])("one %s is not ours", (_, filters) => {
    expect(viewOf({ name: "x", filters })).toBeNull();
  });
});
