// What the unmodified client leaves behind, in a real browser: a run of runs, one that retried, one that failed, and one that
// waits for the answer that is given here.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { launch } from "../browser.mjs";
import { startServer } from "../server.mjs";
import { confirm, dialog, isFine, main, rows, seen, titled, visit } from "./visit.mjs";

const root = resolve(import.meta.dirname, "../../..");
const runs = {}; // ids by name
let server, browser, folder, client;

before(async () => {
  server = await startServer();
  browser = await launch();
  folder = mkdtempSync(join(tmpdir(), "reeve-client-"));
  client = startClient();
  await client.asks;
});
after(async () => {
  client?.stop();
  await browser?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts captions.py: `asks` is when it has come to the run that asks, `ended` how it ended. */
function startClient() {
  const python = resolve(process.env.REEVE_PYTHON ?? join(root, ".venv/bin/python"));
  const child = spawn(python, [join(import.meta.dirname, "captions.py"), join(root, "examples/captionacc/flows"), folder],
    { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, PREFECT_API_URL: `${server.url}/api`, PREFECT_HOME: folder } });
  let says = "";
  child.stderr.on("data", (data) => { says += data; });
  const ended = new Promise((end) => { child.once("exit", (code) => end({ code, says })); });
  const asks = new Promise((come, fail) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const [name, id] = line.split(" ");
      runs[name] = id;
      if (name === "asks-somebody") come();
    });
    ended.then(() => fail(new Error(`the client ended early: ${says}`)));
  });
  return { asks, ended, stop: () => child.kill() };
}

const onPage = (path, fn) => visit(browser, server, path, fn);

test("the three flows of the example are one run's", () => onPage(`/runs/flow-run/${runs["captions-a-video"]}?view=tasks&tab=events`, async (page) => {
  await titled(page, "captions-a-video · Completed · Reeve");
  await isFine(page, "client-run", ["video.captioned"], 2);
  const subflows = main(page).getByRole("table", { name: "Task runs" }).getByRole("link", { name: "▸" });
  assert.equal(await subflows.count(), 3);
  await subflows.nth(1).click();
  await main(page).getByRole("tab", { name: "Tasks" }).click();
  const tasks = main(page).getByRole("table", { name: "Task runs" });
  for (const task of ["crop-", "classify-", "segment-", "save-"]) await tasks.getByRole("button", { name: task }).waitFor();
  await main(page).getByRole("tab", { name: "Artifacts" }).click();
  await main(page).getByRole("link", { name: "sample-captions" }).click();
  await main(page).getByRole("columnheader", { name: "first frame" }).waitFor();
}));

test("a task that was tried again says how often, and its log why", () => onPage(`/runs/flow-run/${runs["fetches-twice"]}?view=tasks`, async (page) => {
  const task = main(page).getByRole("row").filter({ has: page.getByRole("button", { name: "fetch-frames" }) });
  await task.getByText("Completed").waitFor();
  await task.getByText("2", { exact: true }).waitFor();
  await seen(page.getByRole("log"), "the store hung up");
}));

test("a run that failed says why, on the first page and on its own", () => onPage("/", async (page) => {
  await main(page).getByRole("link", { name: "has-no-video" }).first().click();
  await titled(page, "has-no-video · Failed · Reeve");
  await seen(main(page), "run video-initial-processing first");
  const logs = page.getByRole("region", { name: "Logs" });
  await logs.getByRole("button", { name: "First error" }).click();
  await seen(logs.getByRole("log"), "there is no video in the inbox");
}));

test("all that ran is in the table, and what it emitted in the feed", async () => {
  await onPage("/runs", async (page) => {
    for (const name of Object.keys(runs)) await rows(page).getByRole("link", { name, exact: true }).waitFor();
  });
  await onPage("/events?resource=video.sample", (page) => seen(main(page), "video.captioned"));
});

test("a run gets the answer that it waits for, and goes on with it", () => onPage("/approvals", async (page) => {
  await main(page).getByRole("button", { name: "Answer asks-somebody" }).click();
  const asks = dialog(page, "Resume asks-somebody");
  await asks.getByLabel("Approved").check();
  await asks.getByLabel("Note").fill("fine by me");
  await confirm(page, "Resume");
  const { code, says } = await client.ended;
  assert.equal(code, 0, says);
  await page.goto(`${server.url}/runs/flow-run/${runs["asks-somebody"]}?tab=artifacts`);
  await titled(page, "asks-somebody · Completed · Reeve");
  await main(page).getByRole("link", { name: "review" }).click();
  await seen(main(page), "fine by me");
}));
