import { expect, test } from "vitest";
import type { DeploymentUpdate } from "@/api/schema";
import { changesOf, draftOf, type EditDraft } from "./edit";

const before = draftOf({ description: "Cuts videos", version: null, entrypoint: "flows.py:cut", path: "/srv", work_pool_name: "gpu", work_queue_name: "default", enforce_parameter_schema: true });

test.each<[string, Partial<EditDraft>, DeploymentUpdate]>([
  ["nothing", {}, {}],
  ["spaces alone", { description: " Cuts videos " }, {}],
  ["what was emptied", { description: "", path: "" }, { description: null, path: null }],
  ["where its code is", { entrypoint: "flows.py:crop", version: "2" }, { entrypoint: "flows.py:crop", version: "2" }],
  ["another pool, with its own first queue", { pool: "cpu" }, { work_pool_name: "cpu" }],
  ["another pool and queue", { pool: "cpu", queue: "night" }, { work_pool_name: "cpu", work_queue_name: "night" }],
  ["another queue", { queue: "night" }, { work_pool_name: "gpu", work_queue_name: "night" }],
  ["the pool's first queue", { queue: "" }, { work_pool_name: "gpu" }],
  ["whether parameters are checked", { enforce: false }, { enforce_parameter_schema: false }],
])("%s", (_, after, want) => {
  expect(changesOf(before, { ...before, ...after })).toEqual(want);
});

test("a queue without a pool is not sent", () => {
  expect(changesOf({ ...before, pool: "", queue: "" }, { ...before, pool: "", queue: "night" })).toEqual({});
});
