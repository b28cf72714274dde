// The inbox of the gateway in a real browser.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { launch } from "../browser.mjs";
import { startServer } from "../server.mjs";
import { confirm, dialog, faultsInAllLooks, isFine, main, rows, seen, visit } from "./visit.mjs";

const secret = "geheim-geheim-geheim";
const toml = `
[[webhook]]
path = "/webhooks/video"
secret_env = "HOOK_SECRET"
deployment = "caption-video/production"
parameters = { video = "{{ body.video }}" }
[[webhook]]
path = "/webhooks/later"
secret_env = "HOOK_SECRET"
deployment = "not-yet/deployed"
[[webhook]]
path = "/webhooks/ping"
secret_env = "HOOK_SECRET"
event = { name = "pinged", resource = { "prefect.resource.id" = "ping.{{ body.id }}" } }
[[webhook]]
path = "/webhooks/off"
secret_env = "HOOK_SECRET_THAT_NOBODY_SET"
optional = true
deployment = "not-yet/deployed"
`;

let server, empty, alone, hooks, browser;

before(async () => {
  const env = { HOOK_SECRET: secret };
  [server, empty, alone] = await Promise.all([startServer({ toml, env }), startServer({ toml, env }), startServer()]);
  hooks = await furnish();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await Promise.all([server?.stop(), empty?.stop(), alone?.stop()]);
});

async function deploy(flow, name) {
  const { id } = await server.api("POST", "/flows/", { name: flow });
  await server.api("POST", "/deployments/", { name, flow_id: id });
}

async function send(path, body, known = secret) {
  const answer = await fetch(`${server.url}/webhooks/${path}`, { method: "POST", headers: { "content-type": "application/json", "x-webhook-secret": known }, body: JSON.stringify(body) });
  return answer.ok ? (await answer.json()).id : answer.status;
}

/** One that became a run, one that became an event, one that was given up, and one that was refused. */
async function furnish() {
  await deploy("caption-video", "production");
  const sent = { run: await send("video", { video: "holiday.mp4", token: secret }), event: await send("ping", { id: 7 }), dead: await send("later", { n: 1 }) };
  assert.equal(await send("video", {}, "wrong"), 401);
  await until(({ figures }) => figures.delivered === 2 && figures.dead === 1);
  return sent;
}

async function until(good) {
  for (let tries = 0; tries < 400; tries++, await sleep(50)) {
    if (good(await server.api("GET", "/reeve/webhooks"))) return;
  }
  throw new Error(server.log());
}

const onPage = (path, fn, on = server) => visit(browser, on, path, fn);

const routes = {
  webhooks: { path: () => "/inbox", shows: ["Refused since the start", "runs caption-video/production", "becomes the event pinged", "Off: its secret is not set", "Delivered", "Given up", "An event"] },
  "webhooks-dead": { path: () => "/inbox?status=dead", shows: ["the server has no deployment not-yet/deployed"] },
  "webhook-run": { path: () => `/inbox/webhook/${hooks.run}`, shows: ["This path runs caption-video/production.", "It became", "Scheduled", "holiday.mp4", "**********", "reeve webhook show"] },
  "webhook-event": { path: () => `/inbox/webhook/${hooks.event}`, shows: ["becomes the event pinged", "ping.7"] },
  "webhook-dead": { path: () => `/inbox/webhook/${hooks.dead}`, shows: ["Why it was given up", "the server has no deployment not-yet/deployed", "reeve webhook replay"] },
};

describe("every route", () => {
  for (const [name, { path, shows }] of Object.entries(routes)) {
    test(name, () => onPage(path(), async (tab) => {
      await isFine(tab, name, shows);
      assert.ok(!(await main(tab).innerText()).includes(secret), "a secret is shown");
    }));
  }

  test("/inbox of a server without a gateway", () => onPage("/inbox", async (tab) => {
    for (const text of ["This server takes no webhooks", "reeve up --config reeve.toml", `reeve gateway start --config reeve.toml --api ${alone.url}/api`]) await seen(tab, text);
    assert.deepEqual(await faultsInAllLooks(tab, "webhooks-none"), []);
  }, alone));

  test("/inbox without anything", () => onPage("/inbox", async (tab) => {
    await seen(tab, "Nothing has come in yet");
    await seen(tab, /^curl -X POST .*\/webhooks\/later$/);
  }, empty));
});

test("the first page says what was given up, and leads to why", () => onPage("/", async (tab) => {
  await seen(main(tab), "1 webhook");
  assert.deepEqual(await faultsInAllLooks(tab, "home-webhooks"), []);
  await main(tab).getByRole("link", { name: "See why webhooks were given up" }).click();
  await tab.waitForURL(/\/inbox\?status=dead/);
  await seen(main(tab), "the server has no deployment not-yet/deployed");
}));

test("a dead letter is replayed, and becomes the run that could not be made", async () => {
  await onPage("/inbox?status=dead", async (tab) => {
    await rows(tab).getByRole("link", { name: "later" }).click();
    await tab.waitForURL(/inbox\/webhook/);
    await deploy("not-yet", "deployed");
    await main(tab).getByRole("button", { name: "Replay …" }).click();
    const asks = dialog(tab, "Replay this webhook of /webhooks/later?");
    await asks.getByText(`reeve webhook replay ${hooks.dead}`).waitFor();
    await confirm(tab, "Replay it");
    await seen(tab, "1 webhook waits to be delivered");
    await seen(main(tab), "It became");
    await main(tab).getByRole("button", { name: "Deliver once more …" }).waitFor();
  });
  const page = await server.api("GET", "/reeve/webhooks?status=delivered");
  assert.equal(page.rows.find(({ id }) => id === hooks.dead)?.made.kind, "flow-run");
});

test("one that was delivered is delivered once more, as another run", async () => {
  const before = await server.api("GET", `/reeve/webhooks/${hooks.run}`);
  await onPage(`/inbox/webhook/${hooks.run}`, async (tab) => {
    await main(tab).getByRole("button", { name: "Deliver once more …" }).click();
    await dialog(tab).getByText("Another run is made of it").waitFor();
    await confirm(tab, "Deliver it once more");
    await seen(tab, "1 webhook waits to be delivered");
    await until(({ figures }) => figures.waiting === 0);
  });
  const after = await server.api("GET", `/reeve/webhooks/${hooks.run}`);
  assert.notEqual(after.run.id, before.run.id);
  assert.equal(after.webhook.again, 1);
});

test("the list is narrowed by how webhooks stand, and what narrows it stands in the URL", () => onPage("/inbox", async (tab) => {
  await main(tab).getByLabel("How it stands").selectOption("delivered");
  await tab.waitForURL(/status=delivered/);
  await rows(tab).getByRole("link", { name: "ping" }).waitFor();
  await main(tab).getByLabel("How it stands").selectOption("waiting");
  await seen(tab, "None is like that");
}));
