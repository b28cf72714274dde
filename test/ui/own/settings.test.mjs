// Approvals and settings in a real browser.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "../browser.mjs";
import { startServer } from "../server.mjs";
import { confirm, dialog, isFine, main, seen, visit } from "./visit.mjs";

let server, empty, things, browser;

before(async () => {
  [server, empty] = await Promise.all([startServer({ env: { PREFECT_SERVER_EVENTS_RETENTION_PERIOD: "30d" } }), startServer()]);
  things = await furnish(server.api);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await Promise.all([server?.stop(), empty?.stop()]);
});

const schema = { type: "object", title: "Approval", required: ["approved"], properties: { approved: { type: "boolean", title: "Approved" }, reason: { type: "string", title: "Reason" }, boxes: { type: "integer", title: "Boxes" } } };

/** Two runs that wait: one for values, one for a word. */
async function furnish(api) {
  const flow = await api("POST", "/flows/", { name: "caption-video" });
  const pause = async (name, asks) => {
    const run = await api("POST", "/flow_runs/", { flow_id: flow.id, name, state: { type: "RUNNING" } });
    await api("POST", `/flow_runs/${run.id}/set_state`, { state: { type: "PAUSED", message: `Look at ${name}`, state_details: { pause_timeout: new Date(Date.now() + 7200_000).toISOString(), pause_key: "k", ...(asks && { run_input_keyset: { schema: "k-schema", response: "k-response" } }) } } });
    if (asks) await api("POST", `/flow_runs/${run.id}/input`, { key: "k-schema", value: JSON.stringify(schema) });
    return run;
  };
  return { asks: await pause("publishes-captions", true), waits: await pause("deletes-old-videos", false) };
}

const onPage = (path, fn, options = {}) => visit(browser, options.server ?? server, path, fn, options);

const routes = {
  approvals: { path: "/approvals", shows: ["publishes-captions", "Look at deletes-old-videos", "given up"], asks: 1 },
  settings: { path: "/settings", shows: ["Speaks as Prefect", "3.9.1", "reeve doctor"], asks: 1 },
  "settings-server": { path: "/settings?tab=server", shows: ["server.api.host", "Only what was set"], asks: 1 },
  "settings-keeping": { path: "/settings?tab=keeping", shows: ["server.events.retention_period", /^Kept for \d+ days?: /, "If finished runs were kept for"], asks: 2 },
  "settings-backup": { path: "/settings?tab=backup", shows: ["No copy is kept elsewhere.", "Snapshots", "Stop the server first"], asks: 2 },
  "settings-access": { path: "/settings?tab=access", shows: ["whoever reaches it", "Keys and roles", "Audit trail"], asks: 1 },
  "settings-cost": { path: "/settings?tab=cost", shows: [/^Used in 20/, "without a run", "In other sizes", "shared-cpu-1x:512mb", /^machine .*, awake$/, "reeve cost"], asks: 2 },
};

describe("every route", () => {
  for (const [name, { path, shows, asks }] of Object.entries(routes)) {
    test(name, () => onPage(path, async (tab) => {
      await isFine(tab, name, shows, asks);
    }));
  }
  test("/approvals without anything", () => onPage("/approvals", (tab) => seen(tab, "Nothing waits for you"), { server: empty }));
});

describe("approvals", () => {
  test("stand on the first page, each with its next step", () => onPage("/", async (tab) => {
    await main(tab).getByRole("button", { name: "Resume deletes-old-videos" }).waitFor();
    await main(tab).getByRole("link", { name: "Answer …" }).click();
    await tab.waitForURL(/\/approvals$/);
    await main(tab).getByRole("button", { name: "Answer publishes-captions" }).waitFor();
  }));

  test("a run gets the values that it asks for, which the server checks", () => onPage("/approvals", async (tab) => {
    await main(tab).getByRole("button", { name: "Answer publishes-captions" }).click();
    const asks = dialog(tab, "Resume publishes-captions");
    await asks.getByLabel("Approved").check();
    await asks.getByLabel("Boxes").fill("many");
    await asks.getByRole("button", { name: "Resume" }).click();
    await asks.getByText("'many' is not valid under any of the given schemas").waitFor();
    await tab.picture("own-approval-dialog");
    await asks.getByLabel("Boxes").fill("12");
    await confirm(tab, "Resume");
    await main(tab).getByRole("link", { name: "publishes-captions" }).waitFor({ state: "detached" });
    const { state } = await server.api("GET", `/flow_runs/${things.asks.id}`);
    assert.equal(state.type, "RUNNING");
    const [answer] = await server.api("POST", `/flow_runs/${things.asks.id}/input/filter`, { prefix: "k-response", limit: 5 });
    assert.deepEqual(JSON.parse(answer.value), { approved: true, boxes: 12 });
  }));

  test("a run that waits for a word goes on", () => onPage("/approvals", async (tab) => {
    await main(tab).getByRole("button", { name: "Resume deletes-old-videos" }).click();
    await seen(tab, "deletes-old-videos goes on");
    await seen(main(tab), "Nothing waits for you");
    assert.equal((await server.api("GET", `/flow_runs/${things.waits.id}`)).state.type, "RUNNING");
  }));
});

describe("settings", () => {
  test("are found by a part of them, and those that were set alone", () => onPage("/settings?tab=server", async (tab) => {
    await main(tab).getByLabel("Part of a setting").fill("retention");
    await main(tab).getByText("server.api.host").waitFor({ state: "detached" });
    await main(tab).getByLabel("Part of a setting").fill("");
    await main(tab).getByLabel("Only what was set").check();
    await main(tab).getByText("server.api.cors_allowed_origins").waitFor({ state: "detached" });
    await seen(main(tab), "server.events.retention_period");
    await seen(main(tab), "PREFECT_SERVER_EVENTS_RETENTION_PERIOD");
  }));

  test("what was used is told month by month", () => onPage("/settings?tab=cost", async (tab) => {
    await main(tab).getByRole("button", { name: "Month before" }).click();
    await tab.waitForURL(/month=20\d\d-\d\d/);
    await seen(main(tab), "Nothing ran");
    await main(tab).getByRole("button", { name: "This month" }).click();
    await tab.waitForURL((url) => !url.searchParams.has("month"));
  }));
});
