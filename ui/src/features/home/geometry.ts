import type { FlowBars, UpcomingRun } from "@/api/types";

/** The runs of one flow in one piece of the window. */
export interface Piece {
  ok: number;
  bad: number;
  /** Neither ended well nor badly yet, or was cancelled. */
  other: number;
}

/** The pieces of a flow, one for each of the window, those without runs too. */
export function piecesOf(flow: FlowBars, count: number): Piece[] {
  const pieces = Array.from({ length: count }, (): Piece => ({ ok: 0, bad: 0, other: 0 }));
  for (const { piece, state_type, runs } of flow.bars) {
    const into = pieces[piece];
    if (!into) continue;
    if (state_type === "COMPLETED") into.ok += runs;
    else if (state_type === "FAILED" || state_type === "CRASHED") into.bad += runs;
    else into.other += runs;
  }
  return pieces;
}

/** The most runs that any piece has, at least 1: what the bars are scaled by. */
export function most(all: readonly Piece[][]): number {
  return Math.max(1, ...all.flat().map(({ ok, bad, other }) => ok + bad + other));
}

/** Height of a part in percent. One run is always to be seen. */
export function heightOf(runs: number, scale: number): number {
  return runs === 0 ? 0 : Math.max(8, (runs / scale) * 100);
}

/** What is to come, a line for each deployment, in the order of their first runs. */
export interface Line {
  key: string;
  flow: string;
  deployment: string | null;
  runs: { id: string; name: string; at: string; part: number }[];
}

/** Lines of the runs that come in a window from now on; part is where in the window a run is, from 0 to 1. */
export function linesOf(next: readonly UpcomingRun[], now: number, window: number): Line[] {
  const lines = new Map<string, Line>();
  for (const run of next) {
    const part = (Date.parse(run.at) - now) / window;
    if (part < 0 || part > 1) continue;
    const key = run.deployment_id ?? run.id;
    let line = lines.get(key);
    if (!line) lines.set(key, (line = { key, flow: run.flow_name, deployment: run.deployment_name, runs: [] }));
    line.runs.push({ id: run.id, name: run.name, at: run.at, part });
  }
  return [...lines.values()];
}

/** Full hours in a window, far enough apart: where each is and what it is called. */
export function hours(now: number, window: number, step: number): { part: number; at: number }[] {
  const all: { part: number; at: number }[] = [];
  const first = new Date(now);
  first.setMinutes(0, 0, 0);
  for (let at = first.getTime() + 3600_000; at <= now + window; at += 3600_000) {
    if (new Date(at).getHours() % step === 0) all.push({ part: (at - now) / window, at });
  }
  return all;
}
