// The feed of events, one event, and the addresses by which links name things, in a real browser.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "../browser.mjs";
import { startServer } from "../server.mjs";
import { dialog, facet, hasRows, isFine, main, rows, seen, visit } from "./visit.mjs";

let server, things, browser;

before(async () => {
  server = await startServer();
  things = await furnish(server.api);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const send = (...events) => server.api("POST", "/events", events.map((event) => ({ id: crypto.randomUUID(), occurred: new Date().toISOString(), related: [], payload: {}, ...event })));
const video = (name, event = "video.uploaded", more = {}) => ({ event, resource: { "prefect.resource.id": `video.${name}`, "prefect.resource.name": `${name}.mp4` }, ...more });

/** A run with a task, and events of videos over the last hours. */
async function furnish(api) {
  await api("POST", "/work_pools/", { name: "machines", type: "process" });
  const flow = await api("POST", "/flows/", { name: "caption-video" });
  const run = await api("POST", "/flow_runs/", { flow_id: flow.id, name: "captions-of-a-cat", state: { type: "RUNNING" } });
  const task = await api("POST", "/task_runs/", { flow_run_id: run.id, task_key: "t", dynamic_key: "0", name: "render", state: { type: "RUNNING" } });
  const limit = await api("POST", "/v2/concurrency_limits/", { name: "database", limit: 2 });
  const queue = await api("GET", "/work_pools/machines/queues/default");
  const cause = crypto.randomUUID();
  const related = [{ "prefect.resource.id": `prefect.flow-run.${run.id}`, "prefect.resource.name": run.name, "prefect.resource.role": "maker" }, { "prefect.resource.id": "prefect.tag.cats", "prefect.resource.role": "tag" }];
  const ago = (hours) => new Date(Date.now() - hours * 3600_000).toISOString();
  await send({ ...video("cat"), id: cause, occurred: ago(5), payload: { path: "s3://videos/cat.mp4", size: 12 }, related });
  const [captioned] = [crypto.randomUUID()];
  await send({ ...video("cat", "video.captioned"), id: captioned, follows: cause, occurred: ago(4), payload: { boxes: [1, 2] }, related });
  for (let i = 0; i < 120; i++) await send({ ...video(`old-${i}`, "video.checked"), occurred: ago(20 - i / 10) });
  return { run, task, limit, queue, captioned, cause };
}

const onPage = (path, fn, options = {}) => visit(browser, server, path, fn, options);

const routes = () => ({
  events: { path: "/events", shows: ["video.captioned", "captions-of-a-cat", "prefect.flow-run.Running", /\d+ events/] },
  event: { path: `/events/event/2026-11-01/${things.captioned}`, shows: ["It follows", "cat.mp4", "maker", "captions-of-a-cat", '"boxes": [', "video.cat"] },
});

describe("every route", () => {
  for (const name of ["events", "event"]) {
    test(name, () => {
      const { path, shows } = routes()[name];
      return onPage(path, async (tab) => {
        await isFine(tab, name, shows);
      });
    });
  }

  test("an event that is not there says so", async () => {
    const tab = await browser.newPage({});
    await tab.goto(`${server.url}/events/event/2026-11-01/${things.run.id}`);
    await seen(tab, "There is nothing here");
    await tab.context().close();
  });
});

describe("the feed", () => {
  test("is narrowed by name, resource, text and time, all in the URL", () => onPage("/events", async (tab) => {
    const search = main(tab).getByRole("search");
    const checked = rows(tab).getByText("video.checked").first();
    await facet(tab, "Event").click();
    await dialog(tab, "Event").getByLabel(/^video\.captioned/).check();
    await tab.waitForURL(/event=video\.captioned/);
    await tab.keyboard.press("Escape");
    await hasRows(tab, 1);
    await search.getByRole("button", { name: "Clear Event" }).click();
    await facet(tab, "Resource").click();
    await dialog(tab, "Resource").getByLabel("Id of a resource").fill(`prefect.flow-run.${things.run.id}`);
    await tab.keyboard.press("Enter");
    await tab.waitForURL(/resource=prefect\.flow-run\./);
    await seen(rows(tab), "video.uploaded");
    await checked.waitFor({ state: "detached" });
    await search.getByRole("button", { name: "Clear Resource" }).click();
    await search.getByRole("searchbox", { name: "Anything in it" }).fill("s3://videos");
    await tab.waitForURL(/text=s3/);
    await hasRows(tab, 1);
    await seen(rows(tab), "video.uploaded");
    await tab.reload();
    await seen(rows(tab), "video.uploaded");
  }));

  test("is read on to older events, and a bar leads to its time", () => onPage("/events?event=video.checked", async (tab) => {
    const older = main(tab).getByRole("button", { name: "Older events" });
    await hasRows(tab, 100);
    await older.click();
    await hasRows(tab, 120);
    await older.waitFor({ state: "detached" });
    await tab.locator(".histogram-bars .some").first().click();
    await tab.waitForURL(/after=.*before=/);
    await tab.waitForFunction(() => document.querySelectorAll("#main [data-index]").length < 20);
  }));

  test("grows while one looks, and can be held", () => onPage("/events?event=video.*", async (tab) => {
    await seen(rows(tab), "video.captioned");
    await tab.locator('[data-liveness="live"]').waitFor();
    await send(video("other", "picture.shown"), video("fresh", "video.shown"));
    await seen(rows(tab), "video.shown");
    assert.equal(await rows(tab).getByText("picture.shown").count(), 0); // which came before
    await main(tab).getByRole("button", { name: "Hold" }).click();
    await main(tab).getByRole("button", { name: "Go on" }).waitFor();
    await tab.locator('[data-liveness="live"]').waitFor();
    await send(video("later", "video.hidden"));
    await tab.waitForTimeout(500); // in which it would have come
    assert.equal(await rows(tab).getByText("video.hidden").count(), 0);
    await main(tab).getByRole("button", { name: "Go on" }).click();
    await seen(rows(tab), "video.hidden"); // what came meanwhile is told too
  }));

  test("leads to an event, to what it is about and to an automation of it", () => onPage("/events?event=video.captioned", async (tab) => {
    await rows(tab).getByRole("link", { name: "video.captioned" }).click();
    await tab.getByRole("heading", { level: 1, name: "video.captioned" }).waitFor();
    await main(tab).getByRole("link", { name: "video.uploaded" }).click();
    await tab.getByRole("heading", { level: 1, name: "video.uploaded" }).waitFor();
    await main(tab).getByRole("button", { name: "Automate" }).click();
    await seen(main(tab), /^When video\.uploaded happens, /);
    await tab.goBack();
    await main(tab).getByRole("link", { name: "captions-of-a-cat" }).click();
    await tab.getByRole("heading", { level: 1, name: "captions-of-a-cat" }).waitFor();
  }));
});

describe("addresses that links have", () => {
  test("a task run is shown with its flow run", () => onPage(`/runs/task-run/${things.task.id}`, async (tab) => {
    await tab.waitForURL((url) => url.pathname.endsWith(things.run.id) && url.searchParams.get("task") === things.task.id);
    await tab.getByRole("heading", { level: 1, name: "captions-of-a-cat" }).waitFor();
  }));
  test("a queue is shown with its pool", () => onPage(`/work-queues/work-queue/${things.queue.id}`, async (tab) => {
    await tab.waitForURL(/work-pools\/work-pool\/machines/);
    await seen(main(tab), "default");
  }));
  test("a limit is shown among the limits", () => onPage(`/concurrency-limits/concurrency-limit/${things.limit.id}`, async (tab) => {
    await tab.getByRole("complementary", { name: "database" }).waitFor();
  }));
});
