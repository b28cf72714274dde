// Pages on which nothing can be changed: because the server says so, or the browser.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "../browser.mjs";
import { furnish, startServer } from "../server.mjs";
import { main, seen, visit } from "./visit.mjs";

let server, things, browser;

before(async () => {
  server = await startServer({ env: { REEVE_UI_READ_ONLY: "true" } });
  things = await furnish(server);
  things.automation = await server.api("POST", "/automations/", {
    name: "tells-of-failures", trigger: { type: "event", posture: "Reactive", expect: ["prefect.flow-run.Failed"], threshold: 1, within: 0 }, actions: [{ type: "do-nothing" }],
  });
  await server.api("POST", "/v2/concurrency_limits/", { name: "gpu", limit: 2 });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** How the names of controls begin that change what the server has. */
const changing = /^(Add|Answer|Automate|Cancel|Change|Delete|Deliver once|Duplicate|Edit|Forget|Limit|Make|New|Pause|Remove|Replay (…|the)|Resume|Retry|Run (again|now|with)|Save|Send|Serve|Set|What it missed)|is on$/;

/** The names of the buttons, switches, items of menus and things to drag of a page that can be used. */
const usable = (page) => page.evaluate(() => [...document.querySelectorAll("#main button:enabled, #main [draggable='true'], [role='menuitem']:enabled")]
  .map((element) => element.getAttribute("aria-label") ?? element.textContent.trim()));

test("the server says so: nothing that changes can be pressed, and each says why", async () => {
  const pages = {
    "/": "Runs now", "/runs?when=any": "run-that-completed", [`/runs/flow-run/${things.completed.id}`]: "run-that-completed",
    "/flows": "ui-flow", [`/flows/flow/${things.flow.id}`]: "ui-flow", [`/deployments/deployment/${things.deployment.id}`]: "Schedules",
    "/work-pools": "ui-pool", "/work-pools/work-pool/ui-pool": "Queues", "/concurrency-limits": "gpu", "/variables": "ui_variable",
    "/automations": "tells-of-failures", [`/automations/automation/${things.automation.id}`]: "tells-of-failures", "/blocks": "New block", "/artifacts": "ui-report",
  };
  await visit(browser, server, "/", async (page) => {
    const found = new Map();
    for (const [path, text] of Object.entries(pages)) {
      await page.goto(`${server.url}${path}`);
      await seen(main(page), text);
      for (const name of await usable(page)) if (changing.test(name)) found.set(name, path);
    }
    assert.deepEqual([...found], []);
    await page.goto(`${server.url}/deployments/deployment/${things.deployment.id}`);
    const run = main(page).getByRole("button", { name: "Run now", disabled: true });
    assert.match(await run.getAttribute("title"), /only show/);
    await seen(page, "Only to look at");
  });
});

test("the server refuses what a page asks all the same, and nobody else", async () => {
  const before = await server.api("POST", "/variables/", { name: "by_a_program", value: 1 });
  await visit(browser, server, "/variables", async (page) => {
    await seen(main(page), "by_a_program");
    const status = await page.evaluate(async (id) => (await fetch(`/api/variables/${id}`, { method: "DELETE" })).status, before.id);
    assert.equal(status, 403);
    page.troubles.length = 0; // which it was to be
  });
  await server.api("DELETE", `/variables/${before.id}`);
});

test("one browser says so", async () => {
  const open = await startServer();
  try {
    await visit(browser, open, "/settings", async (page) => {
      await main(page).getByLabel(/^Only look/).check();
      await seen(page, "Only to look at");
      await page.goto(`${open.url}/variables`);
      await main(page).getByRole("button", { name: "New variable", disabled: true }).waitFor();
      await page.goto(`${open.url}/settings`);
      await main(page).getByLabel(/^Only look/).uncheck();
      await page.goto(`${open.url}/variables`);
      await main(page).getByRole("button", { name: "New variable", disabled: false }).click();
    });
  } finally {
    await open.stop();
  }
});
