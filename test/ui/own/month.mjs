// A database with a believable month in it, made once for all tests of a run.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** Makes the database by test/month, which is a real server whose clock is moved by hand. */
export function makeMonth(runs = 60) {
  const folder = mkdtempSync(join(tmpdir(), "reeve-month-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "month.db");
  const root = resolve(import.meta.dirname, "../../..");
  execFileSync("go", ["run", "./test/month", "-database", file, "-runs", String(runs)], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  return file;
}

/** The runs of the month that tests open, by what is the matter with them. */
export async function knownRuns({ api }) {
  const rows = async (filter) => (await api("POST", "/reeve/flow_runs/rows", { flow_runs: filter, sort: "START_TIME_DESC", limit: 50 })).rows;
  const recent = { after_: new Date(Date.now() - 24 * 3600_000).toISOString() };
  const one = async (type) => (await rows({ state: { type: { any_: [type] } }, start_time: recent }))[0];
  const [late] = await rows({ state: { name: { any_: ["Late"] } } });
  return { failed: await one("FAILED") ?? await one("CRASHED"), completed: await one("COMPLETED"), running: await one("RUNNING"), paused: await one("PAUSED"), late };
}
