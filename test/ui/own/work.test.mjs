// What the largest pages cost a browser: 100,000 lines of logs, and a timeline of 10,000 tasks.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "../browser.mjs";
import { measure, slow4G } from "../pictures/measure.mjs";
import { startServer } from "../server.mjs";
import { runWithLogs, runWithTasks } from "./large.mjs";
import { seen, visit } from "./visit.mjs";
import { workPerFrame } from "./work.mjs";

let server, browser;

before(async () => {
  server = await startServer();
  const { id } = await server.api("POST", "/flows/", { name: "goes-on" });
  await server.api("POST", "/flow_runs/", { flow_id: id, state: { type: "RUNNING" } });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Wants what each frame does to leave room for so many in a second, with no more elements than are seen. */
function fits({ work, elements, ...rest }, frames, most, what) {
  assert.ok(work <= 1000 / frames && elements <= most, `${what}: ${JSON.stringify({ work, elements, ...rest })}`);
}

test("100,000 lines scroll at 60 frames", async (t) => {
  const run = await runWithLogs(server, 100_000);
  await visit(browser, server, `/runs/flow-run/${run.id}`, async (page) => {
    await seen(page, /^100,000 lines/);
    await page.getByRole("log").evaluate((box) => { box.scrollTop = 0; });
    await seen(page, /^Frame 3 is read/);
    const read = await workPerFrame(page, 120, () => { document.querySelector(".logs-box").scrollTop += 100; });
    await seen(page, /^Frame 4[89]\d is read/);
    const flung = await workPerFrame(page, 120, () => { document.querySelector(".logs-box").scrollTop += 6000; });
    await seen(page, /^Frame (29|30)\d{3} is read/);
    t.diagnostic(JSON.stringify({ read, flung }));
    fits(read, 60, 1200, "read line by line");
    fits(flung, 60, 1200, "flung");
  });
});

test("10,000 tasks pan and zoom at 30 frames", async (t) => {
  const run = await runWithTasks(server, 10_000);
  await visit(browser, server, `/runs/flow-run/${run.id}`, async (page) => {
    await page.getByRole("group", { name: "Timeline of 10000 task runs" }).waitFor();
    await seen(page, "Critical path");
    const whole = await workPerFrame(page, 60, () => { document.querySelector(".timeline-box").scrollTop += 200; });
    for (let times = 0; times < 6; times++) await page.getByRole("button", { name: "Closer" }).click();
    const pan = await workPerFrame(page, 120, (i) => { document.querySelector(".timeline-box").dispatchEvent(new WheelEvent("wheel", { deltaX: i < 60 ? 15 : -15, bubbles: true, cancelable: true })); });
    const zoom = await workPerFrame(page, 60, (i) => { document.querySelector(".timeline-box").dispatchEvent(new WheelEvent("wheel", { deltaY: i % 20 < 10 ? 15 : -15, ctrlKey: true, bubbles: true, cancelable: true })); });
    await page.getByRole("button", { name: "Critical path" }).click();
    const path = await workPerFrame(page, 30, () => { document.querySelector(".timeline-box").scrollTop -= 200; });
    t.diagnostic(JSON.stringify({ whole, pan, zoom, path }));
    for (const [what, each] of Object.entries({ whole, pan, zoom, path })) fits(each, 30, 1200, what);
  });
});

for (const [path, asks, shows] of [["/", "/api/reeve/home", "Runs now"], ["/work-pools", "/api/reeve/work_pools", "There is no work pool"]]) {
  test(`${path} comes in two rounds: itself, then its parts together with what it shows`, async (t) => {
    // At 150 ms a round and 1.6 Mbit/s rounds and bytes decide; how long the machine of the test takes does not.
    await visit(browser, server, "/settings", async (page) => {
      while (page.asked.length === 0) await page.waitForTimeout(10); // what this page asks is not the other's
      const cdp = await page.context().newCDPSession(page);
      await cdp.send("Network.enable");
      await cdp.send("Network.setCacheDisabled", { cacheDisabled: true });
      await cdp.send("Network.emulateNetworkConditions", slow4G);
      page.asked.length = 0;
      await page.goto(`${server.url}${path}`);
      await seen(page, shows);
      const parts = await page.evaluate(() => performance.getEntriesByType("resource")
        .map(({ name, startTime, responseEnd, encodedBodySize }) => ({ name: new URL(name).pathname, startTime, responseEnd, encodedBodySize })));
      const first = Math.min(...parts.map(({ responseEnd }) => responseEnd));
      assert.deepEqual(parts.filter(({ startTime }) => startTime > first).map(({ name }) => name), [], "these waited for others");
      assert.ok(parts.some(({ name }) => name === asks));
      assert.deepEqual(page.asked, [`GET ${asks}`]);
      const bytes = parts.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
      t.diagnostic(`${parts.length} parts, ${bytes} bytes`);
      assert.ok(bytes > 50_000 && bytes < (path === "/" ? 80_000 : 100_000), `${bytes} bytes`);
    });
    const { interactive } = await measure(browser, server, path, shows);
    t.diagnostic(`interactive after ${Math.round(interactive)} ms at slow 4G, with a processor four times slower`);
  });
}
