import { describe, expect, test } from "vitest";
import { commands } from "./commands";

const it = { id: "1", name: "my flow/prod" };

describe("commands", () => {
  test.each([
    [commands.run(it), "prefect deployment run 'my flow/prod'"],
    [commands.run(it, { parameters: { n: 1, s: "it's" }, name: "once", tags: ["a", "b c"], at: "2026-12-01T09:00:00.000Z" }),
      `prefect deployment run 'my flow/prod' --params '{"n":1,"s":"it'\\''s"}' --flow-run-name once --tag a --tag 'b c' --start-at '2026-12-01 09:00:00 UTC'`],
    [commands.pause(it, true), "prefect api POST /deployments/1/pause_deployment"],
    [commands.pause(it, false), "prefect api POST /deployments/1/resume_deployment"],
    [commands.limit(it, 2, "CANCEL_NEW"), `prefect api PATCH /deployments/1 --data '{"concurrency_limit":2,"concurrency_options":{"collision_strategy":"CANCEL_NEW"}}'`],
    [commands.limit(it, null, "ENQUEUE"), `prefect api PATCH /deployments/1 --data '{"concurrency_limit":null,"concurrency_options":null}'`],
    [commands.delete(it), "prefect deployment delete 'my flow/prod'"],
    [commands.addSchedule(it, { cron: "0 3 * * *", timezone: "Europe/Berlin" }), "prefect deployment schedule create 'my flow/prod' --cron '0 3 * * *' --timezone Europe/Berlin"],
    [commands.addSchedule(it, { interval: 900, timezone: null }), "prefect deployment schedule create 'my flow/prod' --interval 900"],
    [commands.addSchedule(it, { interval: 900, anchor_date: "2026-01-01T00:00:00Z" }), "prefect deployment schedule create 'my flow/prod' --interval 900 --anchor-date 2026-01-01T00:00:00Z"],
    [commands.addSchedule(it, { rrule: "FREQ=DAILY" }), "prefect deployment schedule create 'my flow/prod' --rrule FREQ=DAILY"],
    [commands.pauseSchedule(it, "2", true), "prefect deployment schedule pause 'my flow/prod' 2"],
    [commands.deleteSchedule(it, "2"), "prefect deployment schedule delete 'my flow/prod' 2"],
  ])("%s", (got, want) => expect(got).toBe(want));
});
