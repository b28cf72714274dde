import { expect, test } from "vitest";
import type { Deployment } from "./api/get-deployment";
import { copyOf } from "./copy";

const schedule = { id: "s", schedule: { interval: 60 }, active: true, parameters: { x: 1 }, max_scheduled_runs: 3, created: "", updated: "", slug: "once" };
const one = {
  id: "d", created: "", updated: "", name: "production", flow_id: "f", paused: false, tags: ["a"], labels: { l: 1 }, parameters: { p: 1 }, parameter_openapi_schema: { type: "object" },
  enforce_parameter_schema: true, entrypoint: "x.py:f", path: ".", pull_steps: null, job_variables: { env: {} }, work_pool_name: "machines", work_queue_name: "default",
  global_concurrency_limit: { limit: 2 }, concurrency_options: { collision_strategy: "CANCEL_NEW" }, schedules: [schedule], version: "1", description: "d",
} as unknown as Deployment;

test("a copy has what makes its runs, its own name, and is paused", () => {
  const copy = copyOf(one, "staging");
  expect(copy).toMatchObject({ name: "staging", paused: true, concurrency_limit: 2, work_queue_name: "default", schedules: [{ schedule: { interval: 60 }, active: true, parameters: { x: 1 }, max_scheduled_runs: 3 }] });
  for (const own of ["id", "created", "updated", "status"]) expect(copy).not.toHaveProperty(own);
  expect(copy.schedules?.[0]).not.toHaveProperty("id");
});

test("one without a pool names no queue, one without a limit none", () => {
  const copy = copyOf({ ...one, work_pool_name: null, global_concurrency_limit: null }, "x");
  expect(copy.work_queue_name).toBeNull();
  expect(copy).not.toHaveProperty("concurrency_limit");
});
