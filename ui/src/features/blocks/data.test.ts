import { expect, test } from "vitest";
import { changed, emptied, nameFault, placeOf, titleOf, usage } from "./data";

test("only what was changed is sent, and what was taken away is emptied", () => {
  const before = { url: "********", channel: "a", nested: { x: 1 }, old: 5 };
  const after = { url: "********", channel: "b", nested: { x: 1 }, more: true };
  expect(changed(before, after)).toEqual({ channel: "b", more: true });
  expect(emptied(before, after)).toEqual({ old: null });
});

test.each([["alerts-1", undefined], ["", undefined], ["Alerts", "Lower-case"], ["a b", "Lower-case"]])("the name %j", (name, fault) => {
  if (fault === undefined) expect(nameFault(name)).toBeUndefined();
  else expect(nameFault(name)).toContain(fault);
});

test("how a block is spoken of", () => {
  const block = { name: "alerts", block_type: { slug: "slack-webhook" } } as Parameters<typeof titleOf>[0];
  expect(titleOf(block)).toBe("slack-webhook/alerts");
  expect(usage(block)).toEqual({ template: "{{ prefect.blocks.slack-webhook.alerts }}", inspect: "prefect block inspect slack-webhook/alerts", remove: "prefect block delete slack-webhook/alerts" });
});

test.each([["automation", "/automations/automation/$id"], ["deployment", "/deployments/deployment/$id"], ["work-pool", "/work-pools/work-pool/$name"], ["block-document", "/blocks/block/$id"]])("a user that is a %s is shown at %s", (kind, to) => {
  expect(placeOf({ kind, id: "i", title: "t" }).to).toBe(to);
});
