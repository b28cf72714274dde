import { expect, test } from "vitest";
import type { FlowBars } from "@/api/types";
import { heightOf, hours, linesOf, most, piecesOf } from "./geometry";

const flow: FlowBars = { id: "f", name: "f", bars: [
  { piece: 0, state_type: "COMPLETED", runs: 3 }, { piece: 0, state_type: "FAILED", runs: 1 }, { piece: 0, state_type: "CRASHED", runs: 1 },
  { piece: 2, state_type: "RUNNING", runs: 2 }, { piece: 9, state_type: "COMPLETED", runs: 5 },
] };

test("pieces hold what ended well, badly or not yet; what is outside is left out", () => {
  expect(piecesOf(flow, 3)).toEqual([{ ok: 3, bad: 2, other: 0 }, { ok: 0, bad: 0, other: 0 }, { ok: 0, bad: 0, other: 2 }]);
  expect(most([piecesOf(flow, 3)])).toBe(5);
  expect(most([])).toBe(1);
});

test.each([[0, 10, 0], [1, 1000, 8], [5, 10, 50], [10, 10, 100]])("%d of %d runs", (runs, scale, want) => {
  expect(heightOf(runs, scale)).toBe(want);
});

test("what is to come is a line for each deployment", () => {
  const now = Date.parse("2026-11-28T12:00:00Z");
  const run = (id: string, deployment: string | null, minutes: number) => ({
    id, name: id, flow_name: "f", deployment_id: deployment, deployment_name: deployment, at: new Date(now + minutes * 60_000).toISOString(),
  });
  const lines = linesOf([run("1", "a", 30), run("2", "b", 40), run("3", "a", 60), run("4", null, 10), run("5", "a", 999)], now, 120 * 60_000);
  expect(lines.map((line) => [line.key, line.runs.map((r) => r.part)])).toEqual([["a", [0.25, 0.5]], ["b", [1 / 3]], ["4", [1 / 12]]]);
});

test("hours are full ones within the window", () => {
  const now = new Date(2026, 10, 28, 12, 20).getTime();
  const all = hours(now, 24 * 3600_000, 3);
  expect(all.map(({ at }) => new Date(at).getHours())).toEqual([15, 18, 21, 0, 3, 6, 9, 12]);
  expect(all.every(({ part }) => part > 0 && part <= 1)).toBe(true);
});
