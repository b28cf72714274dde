// The page that shows every component in every state, which only the development server has.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { after, before, test } from "node:test";
import { launch, openPage } from "../browser.mjs";
import { faultsInAllLooks, main, seen } from "./visit.mjs";

let server, browser;

before(async () => {
  server = await develop();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** The development server, on a port of its own; it says where it is. */
async function develop() {
  const process = spawn("node", ["node_modules/vite/bin/vite.js", "--host", "127.0.0.1", "--port", "0", "--clearScreen", "false"], { cwd: resolve(import.meta.dirname, "../../../ui"), stdio: ["ignore", "pipe", "pipe"], env: { ...globalThis.process.env, NO_COLOR: "1", REEVE_URL: "http://127.0.0.1:9" } });
  let said = "";
  for (const stream of [process.stdout, process.stderr]) stream.on("data", (text) => { said += text; });
  const ended = once(process, "exit");
  const stop = () => { process.kill(); return ended; };
  for (let tries = 0; tries < 300; tries++) {
    const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
    if (found) return { url: found[0], stop };
    if (process.exitCode !== null) break;
    await new Promise((go) => { setTimeout(go, 100); });
  }
  await stop();
  throw new Error(`the development server does not start: ${said}`);
}

test("/_design shows every component in every state, without faults", async () => {
  const page = await openPage(browser, server, { viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
  await page.goto(`${server.url}/_design`);
  for (const title of ["Colours", "States", "Buttons", "Fields", "A form from a schema", "Table", "Tabs", "Views"]) await main(page).getByRole("heading", { name: title, exact: true }).waitFor();
  await seen(main(page), "The server's disk is full");
  assert.deepEqual(await faultsInAllLooks(page, "design"), []);
  assert.deepEqual(page.troubles.filter((trouble) => trouble.startsWith("script error")), []);
  await page.context().close();
});
