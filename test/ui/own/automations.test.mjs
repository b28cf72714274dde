// Automations and what they did, in a real browser, on a server where some have fired.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "../browser.mjs";
import { startServer } from "../server.mjs";
import { act, confirm, dialog, isFine, main, seen, visit } from "./visit.mjs";

let server, empty, things, browser;

before(async () => {
  [server, empty] = await Promise.all([startServer(), startServer()]);
  things = await furnish(server.api);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await Promise.all([server?.stop(), empty?.stop()]);
});

const run = { type: "event", match: { "prefect.resource.id": "prefect.flow-run.*" }, posture: "Reactive", threshold: 1, within: 0 };
const happened = () => server.api("POST", "/events", [{ occurred: new Date().toISOString(), event: "video.uploaded", resource: { "prefect.resource.id": "video.cat", "prefect.resource.name": "cat.mp4" }, payload: { path: "cat.mp4" }, id: crypto.randomUUID() }]);
const deliveries = (id) => server.api("GET", `/reeve/automations/${id}/deliveries`);

async function until(ask) {
  for (let tries = 0; tries < 200; tries++) {
    if (await ask()) return;
    await new Promise((go) => setTimeout(go, 50));
  }
  assert.fail(`it did not come about: ${ask}`);
}

/** Automations of several kinds. "on upload" has fired: one of its actions was done, the other one, which finds no run, was given up. */
async function furnish(api) {
  await api("POST", "/work_pools/", { name: "machines", type: "process" });
  const flow = await api("POST", "/flows/", { name: "caption-video" });
  const deployment = await api("POST", "/deployments/", { name: "production", flow_id: flow.id, work_pool_name: "machines" });
  const type = await api("GET", "/block_types/slug/slack-webhook");
  const [schema] = await api("POST", "/block_schemas/filter", { block_schemas: { block_type_id: { any_: [type.id] } } });
  const block = await api("POST", "/block_documents/", { name: "alerts", data: { url: "https://hooks.slack.com/services/x" }, block_type_id: type.id, block_schema_id: schema.id });
  const make = (automation) => api("POST", "/automations/", automation);
  const upload = await make({ name: "on upload", tags: ["videos"], description: "Looks after new videos", trigger: { type: "event", posture: "Reactive", expect: ["video.uploaded"], threshold: 1, within: 0 }, actions: [{ type: "do-nothing" }, { type: "cancel-flow-run" }] });
  const fails = await make({ name: "a run fails", trigger: { ...run, expect: ["prefect.flow-run.Failed"], match_related: { "prefect.resource.role": "flow", "prefect.resource.id": `prefect.flow.${flow.id}` }, for_each: ["prefect.resource.id"] },
    actions: [{ type: "send-notification", block_document_id: block.id, subject: "It failed", body: "{{ flow_run.name }} failed" }], enabled: false });
  const both = await make({ name: "one after the other", trigger: { type: "sequence", within: 3600, triggers: [{ ...run, expect: ["prefect.flow-run.Completed"] }, { type: "event", posture: "Reactive", expect: ["video.uploaded"] }] },
    actions: [{ type: "run-deployment", deployment_id: deployment.id, parameters: { video: "x" } }] });
  await happened();
  await until(async () => (await deliveries(upload.id)).filter(({ status }) => status !== "waiting").length === 2);
  return { flow, deployment, block, upload, fails, both };
}

const onPage = (path, fn, options = {}) => visit(browser, options.server ?? server, path, fn, options);
const page = (automation, more = "") => `/automations/automation/${automation.id}${more}`;

const routes = () => ({
  automations: { path: "/automations", shows: ["When video.uploaded happens, do nothing and cancel the run.", "When a flow run of flow caption-video fails, notify slack-webhook/alerts.", "1 given up"], once: true },
  automation: { path: page(things.upload), shows: ["Looks after new videos", "Given up", "Done", "Send again"], once: true },
  "automation-firings": { path: page(things.upload, "?tab=firings"), shows: ["video.uploaded", "cat.mp4"], once: true },
  "automation-reading": { path: page(things.both, "?tab=what"), shows: ["a flow run completes, then video.uploaded happens, within 1 hour", "run deployment caption-video/production", '"video": "x"'], once: true },
  "automation-json": { path: page(things.fails, "?tab=json"), shows: ['"subject": "It failed"', "prefect automation inspect 'a run fails'"], once: true },
  "home-given-up": { path: "/", shows: ["on upload", "Cancel the run", "Given up", "Send again"], once: true },
  deliveries: { path: "/automations/deliveries", shows: ["on upload", "Given up"], once: true },
  "automation-new": { path: "/automations/create?template=run-hangs", shows: ["When a flow run stays Running for more than 2 hours, cancel the run.", "A run fails"], once: true },
  "automation-edit": { path: page(things.fails, "/edit"), shows: ["When a flow run of flow caption-video fails, notify slack-webhook/alerts.", "Text"], once: true },
});

describe("every route", () => {
  for (const name of ["automations", "automation", "automation-firings", "automation-reading", "automation-json", "home-given-up", "deliveries", "automation-new", "automation-edit"]) {
    test(name, () => {
      const { path, shows } = routes()[name];
      return onPage(path, async (tab) => {
        await isFine(tab, name, shows);
      });
    });
  }

  for (const [path, title] of [["/automations", "There is no automation"], ["/automations/deliveries", "No automation has done anything yet"], ["/automations/deliveries?status=dead", "None is like that"]]) {
    test(`${path} without anything`, () => onPage(path, (tab) => seen(tab, title), { server: empty }));
  }

  test("an automation that is not there says so", async () => {
    const tab = await browser.newPage({});
    await tab.goto(`${server.url}/automations/automation/00000000-0000-4000-8000-000000000000`);
    await seen(tab, "There is nothing here");
    await tab.context().close();
  });
});

describe("the wizard", () => {
  test("makes an automation of a template, which is replayed before", async () => {
    await onPage("/automations", async (tab) => {
      await main(tab).getByRole("button", { name: "New automation" }).click();
      await main(tab).getByRole("button", { name: "A run fails" }).click();
      await seen(main(tab), "When a flow run fails, crashes or times out, notify slack-webhook/alerts.");
      await main(tab).getByRole("button", { name: "Something happens" }).click();
      await main(tab).getByLabel("Names of the events").fill("video.uploaded, video.changed");
      await main(tab).getByLabel("It will").selectOption("pause-deployment");
      await main(tab).getByLabel("Deployment", { exact: true }).selectOption({ label: "caption-video/production" });
      await main(tab).getByRole("button", { name: "And then" }).click();
      await main(tab).getByLabel("Subject").fill("Uploaded");
      await main(tab).getByLabel("Text").fill("{{ event.resource.name }} is here");
      await seen(main(tab), "When video.uploaded or video.changed happens, pause deployment caption-video/production and notify slack-webhook/alerts.");
      await main(tab).getByRole("button", { name: "Replay the last 30 days" }).click();
      await seen(main(tab), /It would have fired\s+once/);
      await seen(main(tab), "cat.mp4 is here");
      await tab.picture("own-automation-preview");
      await main(tab).getByLabel("Name", { exact: true }).fill("made here");
      await main(tab).getByRole("button", { name: "Make the automation" }).click();
      await main(tab).getByRole("heading", { level: 1, name: "made here" }).waitFor();
      await seen(main(tab), "It has not done anything yet");
    });
    const [made] = await server.api("POST", "/automations/filter", { automations: { name: { any_: ["made here"] } } });
    assert.deepEqual([made.trigger.expect, made.actions.map(({ type }) => type), made.actions[0].deployment_id, made.actions[1].subject],
      [["video.uploaded", "video.changed"], ["pause-deployment", "send-notification"], things.deployment.id, "Uploaded"]);
  });

  test("says at the field what is no template, and in the JSON on which line a fault is", async () => {
    const tab = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    tab.setDefaultTimeout(20_000);
    await tab.goto(`${server.url}${page(things.fails, "/edit")}`);
    await main(tab).getByLabel("Text").fill("{{ flow_run.name");
    await seen(main(tab), /^Line 1: /);
    await main(tab).getByLabel("Text").fill("{{ flow_run.name }}");
    await main(tab).getByText(/^Line 1: /).waitFor({ state: "detached" });
    await main(tab).getByRole("button", { name: "Edit as JSON" }).click();
    const text = main(tab).getByLabel("Automation as JSON");
    const good = await text.inputValue();
    await text.fill(good.replace('"Reactive"', '"Reactive'));
    await seen(main(tab), "This is no automation yet.");
    await main(tab).getByRole("button", { name: "Save", disabled: true }).waitFor();
    await text.fill(good.replace('"threshold": 1', '"threshold": "many"'));
    await main(tab).getByRole("button", { name: "Save" }).click();
    await seen(main(tab), /valid integer/);
    const line = good.split("\n").findIndex((each) => each.includes('"threshold"')) + 1;
    await main(tab).getByRole("button", { name: `Line ${line}`, exact: true }).first().click();
    await text.fill(good.replace('"a run fails"', '"a run of captions fails"'));
    await main(tab).getByRole("button", { name: "Save" }).click();
    await main(tab).getByRole("heading", { level: 1, name: "a run of captions fails" }).waitFor();
    await tab.context().close();
    const { name, actions, enabled } = await server.api("GET", `/automations/${things.fails.id}`);
    assert.deepEqual([name, actions[0].body, enabled], ["a run of captions fails", "{{ flow_run.name }}", false]);
  });

  test("keeps a trigger that only JSON can say", () => onPage(page(things.both, "/edit"), async (tab) => {
    await seen(main(tab), /a flow run completes, then video\.uploaded happens, within 1 hour\. /);
    await main(tab).getByLabel("Description").fill("changed here");
    await main(tab).getByRole("button", { name: "Save" }).click();
    await tab.waitForURL((url) => !url.pathname.endsWith("/edit"));
    const { trigger, description } = await server.api("GET", `/automations/${things.both.id}`);
    assert.deepEqual([trigger.type, trigger.within, trigger.triggers.length, description], ["sequence", 3600, 2, "changed here"]);
  }));
});

describe("an automation", () => {
  test("is paused and resumed, in the list and on its page", () => onPage("/automations", async (tab) => {
    const enabled = async () => (await server.api("GET", `/automations/${things.upload.id}`)).enabled;
    const page = main(tab);
    await page.getByRole("switch", { name: "on upload is on", checked: true }).click();
    await page.getByRole("switch", { name: "on upload is on", checked: false }).waitFor();
    assert.equal(await enabled(), false);
    await page.getByRole("link", { name: "on upload" }).click();
    await page.getByRole("button", { name: "Resume", exact: true }).click();
    await page.getByRole("button", { name: "Pause", exact: true }).waitFor();
    assert.equal(await enabled(), true);
  }));

  test("shows by itself that it fires, and what was given up is sent again", () => onPage(page(things.upload), async (tab) => {
    await tab.locator('[data-liveness="live"]').waitFor();
    await happened();
    await tab.getByRole("tab", { name: /^Firings\s*2$/ }).waitFor();
    await main(tab).locator(".tr", { hasText: "Given up" }).first().getByRole("button", { name: "Cancel the run" }).click();
    await dialog(tab).getByText(/1 attempt/).waitFor();
    await tab.picture("own-automation-delivery");
    await dialog(tab).getByRole("button", { name: "Send again" }).click();
    await seen(tab, "It is being sent again");
    await until(async () => (await deliveries(things.upload.id)).every(({ status }) => status !== "waiting"));
  }));

  test("is replayed", () => onPage(page(things.upload, "?tab=preview"), async (tab) => {
    await main(tab).getByRole("button", { name: "Replay the last 30 days" }).click();
    await seen(main(tab), /It would have fired\s+\S+ times|It would have fired\s+once/);
    await main(tab).getByRole("img", { name: /^Firings over the last 30 days/ }).waitFor();
  }));

  test("is duplicated and deleted", async () => {
    await onPage(page(things.upload), async (tab) => {
      await act(tab, "Duplicate");
      await main(tab).getByRole("button", { name: "Make the automation" }).click();
      await tab.getByRole("heading", { level: 1, name: "on upload (copy)" }).waitFor();
      await act(tab, "Delete");
      await confirm(tab, "Delete");
      await tab.waitForURL(/\/automations$/);
      await seen(tab, "on upload (copy) is deleted");
    });
    assert.deepEqual(await server.api("POST", "/automations/filter", { automations: { name: { any_: ["on upload (copy)"] } } }), []);
  });

  test("deliveries are found by how they stand", () => onPage("/automations/deliveries", async (tab) => {
    await main(tab).getByLabel("How it stands").selectOption("dead");
    await tab.waitForURL(/status=dead/);
    await main(tab).getByText("Do nothing").first().waitFor({ state: "detached" });
    await seen(main(tab), "Cancel the run");
  }));
});
