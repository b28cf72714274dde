import { expect, test } from "vitest";
import type { StateType } from "@/api/types";
import { actsOn, wishOf } from "./acts";
import type { Found } from "./search";

test.each([
  ["nightly", null, "nightly"], ["pause nightly", "pause", "nightly"], ["Run  my flow ", "run", "my flow"], ["run", null, "run"], ["run ", null, "run "],
  ["runs that failed", null, "runs that failed"], ["constructor x", null, "constructor x"], ["", null, ""],
])("%o asks to %s %o", (text, verb, of) => {
  expect(wishOf(text)).toEqual({ verb, of });
});

const run = (type: StateType): Found => ({ kind: "run", id: "1", name: "calm-otter", run: { state_type: type, state_name: null }, of: "", paused: false, deployed: true });
const deployment = (paused: boolean): Found => ({ kind: "deployment", id: "2", name: "nightly", run: null, of: "report", paused, deployed: false });

test.each<[string, Found, string[]]>([
  ["a run that runs", run("RUNNING"), ["Pause calm-otter …", "Cancel calm-otter …"]],
  ["one that waits", run("SCHEDULED"), ["Cancel calm-otter …"]],
  ["one that failed", run("FAILED"), ["Retry calm-otter …"]],
  ["one that is paused", run("PAUSED"), ["Resume calm-otter …", "Cancel calm-otter …"]],
  ["one that no worker could start", { ...run("RUNNING"), deployed: false }, ["Cancel calm-otter …"]],
  ["a deployment", deployment(false), ["Run report/nightly …", "Pause report/nightly …"]],
  ["one that is paused too", deployment(true), ["Run report/nightly …", "Resume report/nightly …"]],
  ["a pool", { ...deployment(false), kind: "pool" }, []],
])("what can be done with %s", (_, found, labels) => {
  expect(actsOn(found, null).map(({ label }) => label)).toEqual(labels);
});

test("only what is wished for", () => {
  expect(actsOn(deployment(false), "pause").map(({ verb }) => verb)).toEqual(["pause"]);
  expect(actsOn(run("FAILED"), "cancel")).toEqual([]);
});
