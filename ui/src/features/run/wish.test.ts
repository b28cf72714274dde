import { expect, test } from "vitest";
import type { StateType } from "@/api/types";
import { commands } from "./commands";
import { wishOf } from "./wish";

const run = (type: StateType, deployment: string | null = "d") => ({ state_type: type, state_name: null, deployment_id: deployment });

test.each<[string | undefined, ReturnType<typeof run>, string | null]>([
  ["cancel", run("RUNNING"), "cancel"], ["cancel", run("COMPLETED"), null], ["retry", run("FAILED"), "retry"], ["retry", run("FAILED", null), null],
  ["pause", run("RUNNING"), "pause"], ["resume", run("PAUSED", null), "resume"], ["delete", run("FAILED"), null], [undefined, run("RUNNING"), null], ["toString", run("RUNNING"), null],
])("%o of a run that is %o", (text, of, want) => {
  expect(wishOf(text, of)).toBe(want);
});

test("commands", () => {
  expect(commands.retry("r")).toBe("prefect flow-run retry r");
  expect(commands.rerun("d", { a: "it's" })).toBe(`prefect api POST /deployments/d/create_flow_run --data '{"parameters":{"a":"it'\\''s"}}'`);
});
