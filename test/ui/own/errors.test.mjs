// What a page shows that cannot show what it is for: in words, with the next step.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "../browser.mjs";
import { startServer } from "../server.mjs";
import { faultsInAllLooks, main, nav, seen, visit } from "./visit.mjs";

let server, browser;

before(async () => {
  server = await startServer();
  await server.api("POST", "/variables/", { name: "bucket", value: "captions" });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Opens a page whose troubles are what the test is about. */
const onPage = (path, fn) => visit(browser, server, path, async (page) => {
  await fn(page);
  page.troubles.length = 0;
});

const shows = async (page, ...words) => {
  for (const text of words) await seen(main(page).getByRole("alert"), text);
};

test("each refusal has its words and its next step", () => onPage("/settings", async (page) => {
  const refusals = {
    401: ["The server asks for a password", "Reload the page, and log in"],
    403: ["This is not allowed", "look at the server's log"],
    404: ["There is nothing here", "It may have been deleted"],
    409: ["It was changed by somebody else", "Reload to see what it is now"],
    507: ["The server's disk is full", "Free some room"],
    500: ["The server failed", "Its log says why"],
  };
  let status;
  await page.route("**/api/reeve/home", (route) => route.fulfill({ status: Number(status), json: { detail: `refused with ${status}` } }));
  for (status of Object.keys(refusals)) {
    await page.goto(`${server.url}/`);
    await shows(page, ...refusals[status], `refused with ${status}`);
  }
  assert.deepEqual(await faultsInAllLooks(page, "error-500"), []);
  await page.unroute("**/api/reeve/home");
  await main(page).getByRole("button", { name: "Try again" }).click();
  await seen(main(page), "Nothing has run here");
}));

test("a server that wakes is waited for, which the page says meanwhile", () => onPage("/settings", async (page) => {
  await page.route("**/api/reeve/home", (route) => route.fulfill({ status: 503, body: "" }));
  await nav(page).getByRole("link", { name: "Home" }).click();
  await shows(page, "The server is waking up or going down", "We go on trying");
  await page.unroute("**/api/reeve/home");
  await seen(main(page), "Nothing has run here");
}));

test("a machine that is offline is told so, and the page comes by itself once it is online", () => onPage("/", async (page) => {
  await seen(main(page), "Nothing has run here");
  await nav(page).getByRole("link", { name: "Variables" }).hover(); // which brings what the page needs
  await page.waitForFunction(() => performance.getEntriesByType("resource").some(({ name }) => name.includes("/variables-page")));
  await page.context().setOffline(true);
  await nav(page).getByRole("link", { name: "Variables" }).click();
  await shows(page, "The server does not answer", "This machine is offline.");
  assert.deepEqual(await faultsInAllLooks(page, "error-offline"), []);
  await page.context().setOffline(false);
  await seen(main(page), "bucket");
}));

test("a part of the interface that does not arrive is like an answer that does not", () => onPage("/", async (page) => {
  await seen(main(page), "Nothing has run here");
  await page.route("**/assets/variables-page*", (route) => route.abort());
  await nav(page).getByRole("link", { name: "Variables" }).click();
  await shows(page, "The server does not answer", "is this machine online?");
  await page.unroute("**/assets/variables-page*");
  await main(page).getByRole("button", { name: "Try again" }).click();
  await seen(main(page), "bucket");
}));

test("what was read stays when it cannot be read again, which is said with the reason", async () => {
  const flow = await server.api("POST", "/flows/", { name: "stays" });
  const run = await server.api("POST", "/flow_runs/", { flow_id: flow.id, name: "seen-before", state: { type: "RUNNING" } });
  let changes = 0;
  const kinds = [
    ["/variables", "**/api/variables/filter", "bucket", () => server.api("POST", "/variables/", { name: `another_${changes}`, value: 1 })],
    ["/runs", "**/api/reeve/flow_runs/rows", "seen-before", () => server.api("POST", "/flow_runs/", { flow_id: flow.id, state: { type: "RUNNING" } })],
    [`/runs/flow-run/${run.id}`, "**/api/reeve/flow_runs/*/overview", "seen-before", () => server.api("POST", `/flow_runs/${run.id}/set_state`, { state: { type: "FAILED" }, force: true })],
  ];
  for (const [path, asks, stays, change] of kinds) {
    await onPage(path, async (page) => {
      await seen(main(page), stays);
      await seen(nav(page), "Live"); // what changes is heard of
      await page.route(asks, (route) => route.fulfill({ status: 507, json: { detail: "database or disk is full" } }));
      changes++;
      await change();
      await seen(main(page).getByRole("status"), /^Not updated since.*The server's disk is full: database or disk is full/);
      await seen(main(page), stays);
      assert.deepEqual(await faultsInAllLooks(page, `old-${changes}`), []);
      await page.unroute(asks);
      await main(page).getByRole("button", { name: "Try again" }).click();
      await main(page).getByText("Not updated since").waitFor({ state: "detached" });
    });
  }
});
