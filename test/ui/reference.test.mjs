// The reference UI bundle, in a real browser, served by our server: every page shows what the
// server holds, and no request to the API fails.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { launch, openPage } from "./browser.mjs";
import { furnish, referenceBundle, startServer } from "./server.mjs";

let server, things, browser, page;

before(async () => {
  server = await startServer({ bundle: referenceBundle() });
  things = await furnish(server);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});
beforeEach(async () => {
  page = await openPage(browser, server);
});
afterEach(async () => {
  const { troubles } = page;
  await page.close();
  assert.deepEqual(troubles, [], `requests failed\n${server.log().split("\n").slice(-10).join("\n")}`);
});

/** Opens a page of the UI and waits until it shows every text; then takes its picture. */
async function shows(path, picture, ...texts) {
  await page.goto(`${server.url}/v2${path}`);
  for (const text of texts) await seen(text);
  await page.waitForLoadState("networkidle", { timeout: 3000 }).catch(() => {}); // an open event stream keeps it busy
  await page.picture(picture);
}

const seen = (text) =>
  page.getByText(text).filter({ visible: true }).first().waitFor();

test("the root leads to the dashboard", async () => {
  await page.goto(`${server.url}/`);
  await page.waitForURL(/\/v2\/dashboard/);
});

test("dashboard", async () => {
  await shows("/dashboard", "dashboard", "Flow Runs", "Task Runs", "Active Work Pools", "ui-pool", "ui-flow");
});

test("runs", async () => {
  await shows("/runs", "runs", "3 Flow runs", "run-that-completed", "run-that-failed", "run-that-runs", "Running");
});

test("flow run with its logs", async () => {
  await shows(`/runs/flow-run/${things.completed.id}`, "flow-run", "run-that-completed", "Completed",
    "ui-deployment", "ui-pool", "first line of the log", "last line of the log");
  await page.getByRole("tab", { name: "Task Runs" }).click();
  await seen("step-0");
  await page.getByRole("tab", { name: "Parameters" }).click();
  await seen('"count"');
  await page.getByRole("tab", { name: "Artifacts" }).click();
  await seen("ui-report");
  await page.picture("flow-run-artifacts");
});

test("flows", async () => {
  await shows("/flows", "flows", "1 Flow", "ui-flow", "1 Deployment");
  await page.getByRole("link", { name: "ui-flow", exact: true }).first().click();
  await seen("run-that-completed");
  await page.picture("flow");
});

test("deployments", async () => {
  await shows("/deployments", "deployments", "1 Deployment", "ui-deployment", "ui-flow", "Every 1 hour");
});

test("deployment with a quick run", async () => {
  await shows(`/deployments/deployment/${things.deployment.id}`, "deployment", "ui-deployment", "Every 1 hour", "Next Run");
  const waiting = { flow_runs: { state: { type: { any_: ["SCHEDULED"] } }, expected_start_time: { before_: inHalfAnHour() } } };
  const before = await server.api("POST", "/flow_runs/count", waiting);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByRole("menuitem", { name: "Quick run" }).click();
  await seen(/Flow run created/i);
  assert.equal(await server.api("POST", "/flow_runs/count", waiting), before + 1);
  await page.picture("quick-run");
});

// Before the first run that the schedule makes.
const inHalfAnHour = () => new Date(Date.now() + 30 * 60_000).toISOString();

test("work pools", async () => {
  await shows("/work-pools", "work-pools", "1 work pool", "ui-pool", "Process");
});

test("work pool with its worker", async () => {
  await shows("/work-pools/work-pool/ui-pool", "work-pool", "ui-pool", "Ready");
  await page.getByRole("tab", { name: "Workers" }).click();
  await seen("ui-worker");
  await seen("Online");
  await page.picture("work-pool-workers");
  await page.getByRole("tab", { name: "Work Queues" }).click();
  await seen("default");
  await page.getByRole("tab", { name: "Deployments" }).click();
  await seen("ui-deployment");
});

test("variables", async () => {
  await shows("/variables", "variables", "ui_variable");
});

test("artifacts", async () => {
  await shows("/artifacts", "artifacts", "ui-report");
});

test("blocks and their catalogue", async () => {
  await shows("/blocks", "blocks", "Default result storage");
  await shows("/blocks/catalog", "block-catalogue", "Secret", "Slack Webhook");
});

test("concurrency limits", async () => {
  await shows("/concurrency-limits", "concurrency-limits", "Global Concurrency Limits");
});

test("event feed", async () => {
  // The feed renders only the cards in view, while late runs go on adding events, and by itself ends
  // at the last full minute: ask for one that is new, within a range of our own.
  await server.api("POST", "/variables/", { name: "made_just_now", value: 1 });
  const near = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString();
  await shows(`/events?rangeType=range&start=${near(-60)}&end=${near(60)}`, "events",
    "Event Feed", "prefect.variable.created", "made_just_now");
});

test("automations", async () => {
  const made = await server.api("POST", "/automations/", {
    name: "ui-automation",
    description: "pauses what fails",
    trigger: { type: "event", posture: "Reactive", expect: ["prefect.flow-run.Failed"], match: { "prefect.resource.id": "prefect.flow-run.*" }, threshold: 2, within: 60 },
    actions: [{ type: "pause-deployment", source: "inferred" }],
  });
  await shows("/automations", "automations", "Automations", "ui-automation");
  await shows(`/automations/automation/${made.id}`, "automation", "ui-automation", "pauses what fails");
  await shows("/automations/create", "automation-create", "Trigger", "Actions");
  await page.goto(`${server.url}/v2/automations`);
  const patched = page.waitForResponse((answer) => answer.request().method() === "PATCH" && answer.status() === 204);
  await page.getByRole("switch").first().click();
  await patched;
  assert.equal((await server.api("GET", `/automations/${made.id}`)).enabled, false);
});

test("settings", async () => {
  await shows("/settings", "settings", "Server Settings", "3.9.1");
});
