// Blocks, their catalogue and their forms, in a real browser.
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

async function save(api, slug, name, data) {
  const type = await api("GET", `/block_types/slug/${slug}`);
  const [schema] = await api("POST", "/block_schemas/filter", { block_schemas: { block_type_id: { any_: [type.id] } } });
  return api("POST", "/block_documents/", { name, data, block_type_id: type.id, block_schema_id: schema.id });
}

/** Blocks, one of which an automation and a deployment use. */
async function furnish(api) {
  const alerts = await save(api, "slack-webhook", "alerts", { url: "https://hooks.slack.com/services/secret-part" });
  const token = await save(api, "secret", "token", { value: "sesame" });
  await api("POST", "/automations/", { name: "tells of failures", trigger: { type: "event", posture: "Reactive", expect: ["x"], threshold: 1, within: 0 }, actions: [{ type: "send-notification", block_document_id: alerts.id, body: "b" }] });
  const flow = await api("POST", "/flows/", { name: "caption-video" });
  await api("POST", "/deployments/", { name: "production", flow_id: flow.id, parameters: { url: "{{ prefect.blocks.slack-webhook.alerts.url }}" } });
  return { alerts, token };
}

const onPage = (path, fn, options = {}) => visit(browser, options.server ?? server, path, fn, options);
const read = (id) => server.api("GET", `/block_documents/${id}?include_secrets=true`);

const routes = () => ({
  blocks: { path: "/blocks", shows: ["alerts", "Slack Webhook", "notify", "token"] },
  catalogue: { path: "/blocks/catalog", shows: ["Slack Webhook", "AWS Credentials", /\d+ types/] },
  "block-new": { path: "/blocks/catalog/slack-webhook/create", shows: ["New Slack Webhook", "Name"] },
  block: { path: `/blocks/block/${things.alerts.id}`, shows: ["tells of failures", "caption-video/production", "{{ prefect.blocks.slack-webhook.alerts }}", "Send a test"] },
});

describe("every route", () => {
  for (const name of ["blocks", "catalogue", "block-new", "block"]) {
    test(name, () => {
      const { path, shows } = routes()[name];
      return onPage(path, async (tab) => {
        await isFine(tab, name, shows);
        assert.equal(await main(tab).getByText("secret-part").count(), 0, "a secret is shown");
      });
    });
  }
  test("/blocks without anything", () => onPage("/blocks", (tab) => seen(tab, "There is no block"), { server: empty }));
});

describe("a block", () => {
  test("is made from the catalogue, with what the server checks", async () => {
    await onPage("/blocks", async (tab) => {
      const page = main(tab);
      await page.getByRole("button", { name: "New block" }).click();
      await page.getByLabel("What it is for").fill("secret");
      await tab.waitForURL(/name=secret/);
      await page.getByRole("link", { name: /^Secret/ }).click();
      await page.getByLabel("Name", { exact: true }).fill("Made Here");
      await seen(page, /Lower-case letters/);
      await page.getByLabel("Name", { exact: true }).fill("made-here");
      await page.getByLabel(/^Value/).fill('"hidden"');
      await page.getByRole("button", { name: "Make the block" }).click();
      await page.getByRole("heading", { level: 1, name: "made-here" }).waitFor();
      await seen(page, "{{ prefect.blocks.secret.made-here }}");
      assert.equal(await main(tab).getByText("hidden").count(), 0);
    });
    const [made] = await server.api("POST", "/block_documents/filter", { block_documents: { name: { any_: ["made-here"] }, is_anonymous: { eq_: false } }, include_secrets: true });
    assert.equal(made.data.value, "hidden");
  });

  test("is changed without its secrets being touched", async () => {
    await onPage(`/blocks/block/${things.alerts.id}`, async (tab) => {
      await main(tab).getByRole("button", { name: "Change", exact: true }).click();
      await dialog(tab).getByRole("button", { name: "Change it", disabled: true }).waitFor();
      await dialog(tab).getByLabel(/^Allow Private Urls/i).setChecked(true);
      await confirm(tab, "Change it");
      await seen(main(tab), '"allow_private_urls": true');
    });
    const { data } = await read(things.alerts.id);
    assert.deepEqual([data.url, data.allow_private_urls], ["https://hooks.slack.com/services/secret-part", true]);
  });

  test("is deleted", async () => {
    await onPage(`/blocks/block/${things.token.id}`, async (tab) => {
      await act(tab, "Delete");
      await seen(dialog(tab), "prefect block delete secret/token");
      await confirm(tab, "Delete");
      await tab.waitForURL(/\/blocks$/);
      await seen(tab, "secret/token is deleted");
    });
    await assert.rejects(read(things.token.id), /404/);
  });

  test("that others make appears by itself", () => onPage("/blocks", async (tab) => {
    await tab.locator('[data-liveness="live"]').waitFor();
    await save(server.api, "secret", "from-elsewhere", { value: "x" });
    await seen(main(tab), "from-elsewhere");
  }));
});
