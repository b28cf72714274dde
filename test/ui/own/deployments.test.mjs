// The pages of flows and deployments in a real browser, served by our server.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "../browser.mjs";
import { startServer } from "../server.mjs";
import { makeMonth } from "./month.mjs";
import { act, confirm, dialog, faultsInAllLooks, hasRows, isFine, main, rows, seen, visit } from "./visit.mjs";

let server, browser, flow, deployment;

before(async () => {
  server = await startServer({ database: makeMonth() });
  [deployment] = await server.api("POST", "/deployments/filter", { flows: { name: { any_: ["caption-video"] } } });
  flow = await server.api("GET", `/flows/${deployment.flow_id}`);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const onPage = (path, fn) => visit(browser, server, path, fn);
const read = (id) => server.api("GET", `/deployments/${id}`);

/** A deployment of one test's own. */
async function made(name, more = {}) {
  return server.api("POST", "/deployments/", {
    name, flow_id: flow.id, work_pool_name: "machines", tags: ["made-by-a-test"], parameters: { rate: 25 },
    parameter_openapi_schema: { type: "object", required: ["video"], properties: { video: { title: "video", type: "string", position: 0 }, rate: { title: "rate", type: "integer", position: 1, default: 25 } } },
    ...more,
  });
}

const routes = () => ({
  flows: { path: "/flows", shows: ["caption-video", "nightly-report"] },
  flow: { path: `/flows/flow/${flow.id}`, shows: ["caption-video", "Last runs", "every 30 minutes"] },
  deployments: { path: "/deployments", shows: ["caption-video/", "every 30 minutes", "every Monday at 03:00 (UTC)"] },
  deployment: { path: `/deployments/deployment/${deployment.id}`, shows: ["every 30 minutes", "Run now", "Last runs"] },
  "deployment-commands": { path: `/deployments/deployment/${deployment.id}?tab=commands`, shows: ["prefect deployment delete caption-video/production"] },
});

describe("every route", () => {
  for (const name of ["flows", "flow", "deployments", "deployment", "deployment-commands"]) {
    test(name, async () => {
      const { path, shows } = routes()[name];
      await onPage(path, async (page) => {
        await isFine(page, name, shows);
      });
    });
  }
});

describe("every dialog", () => {
  const dialogs = { "Add a schedule": (page) => main(page).getByRole("button", { name: "Add", exact: true }).click(), Run: (page) => main(page).getByRole("button", { name: "Run with" }).click() };
  for (const [name, open] of Object.entries(dialogs)) {
    test(name, () => onPage(`/deployments/deployment/${deployment.id}`, async (page) => {
      await open(page);
      const opened = dialog(page, new RegExp(`^${name}`));
      await opened.getByText(/^prefect deployment/).waitFor();
      if (name !== "Run") await opened.locator(".next-times li").first().waitFor();
      assert.deepEqual(await faultsInAllLooks(page, `dialog-${name.split(" ")[0].toLowerCase()}`), []);
    }));
  }
});

describe("lists", () => {
  test("flows are found by a part of their name, which is in the URL", () => onPage("/flows", async (page) => {
    await seen(rows(page), "nightly-report");
    await main(page).getByRole("searchbox", { name: "Name contains" }).fill("capt");
    await page.waitForURL(/name=capt/);
    await hasRows(page, 1);
    await page.reload();
    await rows(page).getByRole("link", { name: "caption-video", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "caption-video" }).waitFor();
    await main(page).getByRole("link", { name: "production" }).click();
    await page.waitForURL(/\/deployments\/deployment\//);
    await seen(page, "every 30 minutes");
  }));

  test("deployments are found by flow, tag, pool and whether they are paused", () => onPage("/deployments?tag=model", async (page) => {
    await seen(rows(page), "retrain-model/");
    await hasRows(page, 1);
    const search = main(page).getByRole("search");
    await search.getByLabel("Paused", { exact: true }).selectOption("yes");
    await seen(main(page), "No deployment is like that");
    await search.getByLabel("Paused", { exact: true }).selectOption("");
    await search.getByRole("searchbox", { name: "Tag" }).fill("");
    await search.getByRole("searchbox", { name: "Flow or deployment" }).fill("crop");
    await seen(rows(page), "crop-and-infer/");
    await page.waitForURL((url) => url.search === "?name=crop");
  }));

  test("Ctrl-K leads to a flow and to a deployment", () => onPage("/flows", async (page) => {
    await seen(rows(page), "nightly-report");
    await page.keyboard.press("Control+k");
    const palette = dialog(page, "Find");
    await palette.getByRole("combobox", { name: "Find" }).fill("retrain");
    await palette.getByRole("option", { name: /^retrain-model\s*flow$/ }).click();
    await page.getByRole("heading", { level: 1, name: "retrain-model" }).waitFor();
  }));
});

test("Ctrl-K acts on what it finds, after a question", async () => {
  const { id } = await made("acted-on");
  await onPage("/flows", async (page) => {
    await seen(page, "nightly-report");
    const act = async (words, option, dialog) => {
      await page.keyboard.press("Control+k");
      const find = page.getByRole("dialog", { name: "Find", exact: true });
      await find.getByRole("combobox", { name: "Find" }).fill(words);
      await find.getByRole("option", { name: option }).click();
      const asks = page.getByRole("dialog", { name: dialog });
      await asks.waitFor();
      return asks;
    };
    const pause = await act("pause acted-on", "Pause caption-video/acted-on …", "Pause caption-video/acted-on?");
    await pause.getByRole("button", { name: "Pause it" }).click();
    await main(page).getByText(/^It is paused:/).waitFor();
    await page.waitForURL((url) => url.pathname.endsWith(id) && url.search === "");
    const run = await act("acted-on", "Run caption-video/acted-on …", "Run caption-video/acted-on"); // few things are found, so what can be done is offered
    await run.getByLabel("video").fill("cat.mp4");
    await run.getByLabel("Name of the run").fill("run-by-keys");
    await run.getByRole("button", { name: "Run", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "run-by-keys" }).waitFor();
    const cancel = await act("cancel run-by", "Cancel run-by-keys …", "Cancel run-by-keys?");
    await cancel.getByText(/^prefect flow-run cancel/).waitFor();
    await cancel.getByRole("button", { name: "Cancel the run" }).click();
    await page.waitForFunction(() => document.title.includes("Cancelled"));
    await page.goto(`${page.url()}?do=cancel`); // in vain: it has ended
    await page.waitForURL((url) => url.search === "");
  });
});

describe("a deployment", () => {
  test("is run now, and with parameters that the server checks", async () => {
    const { id } = await made("run-by-a-test");
    await onPage(`/deployments/deployment/${id}`, async (page) => {
      await main(page).getByRole("button", { name: "Run now" }).click(); // "video" has no value, so it is asked for
      const asks = dialog(page, "Run caption-video/run-by-a-test");
      await asks.getByLabel("video").fill("cat.mp4");
      await asks.getByLabel("rate").fill("many");
      await asks.getByLabel("Name of the run").fill("asked-for");
      await asks.getByRole("button", { name: "Run", exact: true }).click();
      await seen(asks, /is not of type 'integer'/);
      await asks.getByLabel("rate").fill("30");
      await seen(asks, `prefect deployment run caption-video/run-by-a-test --params '{"rate":30,"video":"cat.mp4"}' --flow-run-name asked-for`);
      await confirm(page, "Run");
      await page.getByRole("heading", { level: 1, name: "asked-for" }).waitFor();
      await seen(main(page), '"video": "cat.mp4"');
    });
    await server.api("PATCH", `/deployments/${id}`, { parameters: { video: "dog.mp4" } });
    await onPage(`/deployments/deployment/${id}`, async (page) => {
      await seen(main(page), "asked-for");
      await main(page).getByRole("button", { name: "Run now" }).click();
      await page.waitForURL(/\/runs\/flow-run\//);
      await seen(main(page), '"video": "dog.mp4"');
    });
  });

  test("gets schedules of each kind, which are paused, changed and deleted", async () => {
    const { id } = await made("scheduled-by-a-test");
    await onPage(`/deployments/deployment/${id}`, async (page) => {
      const asks = dialog(page, /schedule/);
      const schedules = page.getByRole("region", { name: "Schedules" });
      const add = async (kind, fill, words) => {
        await schedules.getByRole("button", { name: "Add", exact: true }).click();
        await asks.getByLabel("Kind").selectOption(kind);
        await fill();
        await asks.getByText(words).waitFor();
        await asks.locator(".next-times li").first().waitFor();
        await confirm(page, "Add");
        await schedules.getByText(words).waitFor();
      };
      await add("interval", async () => {
        await asks.getByLabel("Every").fill("15");
        await asks.getByLabel("Unit").selectOption("minute");
      }, "every 15 minutes");
      await add("cron", async () => {
        await asks.getByLabel("Time zone").fill("Europe/Berlin");
        await asks.getByLabel("Cron expression").fill("0 0 31 2 *");
        await asks.getByText(/names no time/).waitFor();
        await asks.getByRole("button", { name: "Add", exact: true, disabled: true }).waitFor();
        await asks.getByLabel("Cron expression").fill("30 2 * * *");
        await asks.getByText(/^The clocks change on/).waitFor();
        const offsets = await asks.locator(".clock-change .faint").allTextContents();
        assert.ok(offsets.length > 0 && offsets.every((offset) => /^UTC\+0[12]:00$/.test(offset)), offsets.join(", "));
        await page.picture("own-dialog-clocks");
      }, "every day at 02:30 (Europe/Berlin)");
      await add("rrule", async () => {
        await asks.getByLabel("Time zone").fill("UTC");
        await asks.getByLabel("Recurrence rule").fill("FREQ=WEEKLY;BYDAY=MO;BYHOUR=7");
      }, "every week on Monday at 07:00 (UTC)");

      await schedules.getByRole("button", { name: "Pause the schedule every 15 minutes" }).click();
      await schedules.getByRole("button", { name: "Resume the schedule every 15 minutes" }).waitFor();
      assert.deepEqual((await read(id)).schedules.filter(({ active }) => !active).map(({ schedule }) => schedule.interval), [900]);

      await schedules.getByRole("button", { name: "More for the schedule every 15 minutes" }).click();
      await page.getByRole("menuitem", { name: "Change" }).click();
      await asks.getByLabel("Every").fill("2");
      await asks.getByLabel("Unit").selectOption("hour");
      await confirm(page, "Save");
      await schedules.getByText("every 2 hours").waitFor();

      await schedules.getByRole("button", { name: /^More for the schedule every week/ }).click();
      await page.getByRole("menuitem", { name: "Delete" }).click();
      await confirm(page, "Delete");
      await schedules.getByRole("button", { name: /^Pause the schedule every week/ }).waitFor({ state: "detached" });
      await page.picture("own-deployment-schedules");
    });
    const { schedules } = await read(id);
    assert.deepEqual(schedules.map(({ schedule }) => schedule.cron ?? schedule.interval).sort(), [7200, "30 2 * * *"].sort());
  });

  test("is paused and resumed, limited, and given other parameters", async () => {
    const { id } = await made("changed-by-a-test", { schedules: [{ schedule: { interval: 3600 }, active: true }] });
    await onPage(`/deployments/deployment/${id}`, async (page) => {
      await main(page).getByRole("button", { name: "Pause", exact: true }).click();
      await seen(dialog(page), `prefect api POST /deployments/${id}/pause_deployment`);
      await confirm(page, "Pause it");
      await seen(main(page), /^It is paused:/);
      assert.equal((await read(id)).paused, true);
      await main(page).getByRole("button", { name: "Resume", exact: true }).click();
      await main(page).getByText(/^It is paused:/).waitFor({ state: "detached" });

      await act(page, "Limit");
      await dialog(page).getByLabel("Runs at once").fill("none");
      await seen(dialog(page), /whole number/);
      await dialog(page).getByLabel("Runs at once").fill("2");
      await dialog(page).getByLabel("What becomes of a run").selectOption("CANCEL_NEW");
      await confirm(page, "Save");
      await seen(main(page), "0 of 2");
      const { global_concurrency_limit, concurrency_options } = await read(id);
      assert.deepEqual([global_concurrency_limit.limit, concurrency_options.collision_strategy], [2, "CANCEL_NEW"]);
      await act(page, "Limit");
      await dialog(page).getByLabel("Runs at once").fill("");
      await confirm(page, "Save");
      await seen(main(page), "no limit");
      assert.equal((await read(id)).global_concurrency_limit, null);

      await act(page, "Parameters");
      await dialog(page).getByLabel("video").fill("bird.mp4");
      await confirm(page, "Save");
      await seen(main(page), '"video": "bird.mp4"');
    });
    assert.deepEqual((await read(id)).parameters, { rate: 25, video: "bird.mp4" });
  });

  test("says what becomes of missed times, and gets agreements that are changed and deleted", async () => {
    const { id } = await made("agreed-by-a-test", { schedules: [{ schedule: { interval: 3600 }, active: true }] });
    const agreements = async () => (await server.api("GET", `/reeve/deployments/${id}/slas`)).map(({ name, severity, enabled, duration, within }) => ({ name, severity, enabled, duration, within }));
    await onPage(`/deployments/deployment/${id}`, async (page) => {
      await seen(main(page), "Runs late what had been made when it was missed");
      await main(page).getByRole("button", { name: "More for the schedule every hour" }).click();
      await page.getByRole("menuitem", { name: "What it missed" }).click();
      await dialog(page).getByLabel("Which of them get their run").selectOption("latest");
      await seen(dialog(page), /^prefect api PATCH \/reeve\/deployments\/.* '\{"catch_up":"latest"\}'$/);
      await confirm(page, "Set it");
      await seen(main(page), "Makes up for the latest time that it missed");
      assert.deepEqual((await server.api("GET", `/reeve/deployments/${id}/schedules`)).map(({ catch_up }) => catch_up), ["latest"]);

      await main(page).getByRole("button", { name: "Add an agreement" }).click();
      await dialog(page).getByLabel("Name").fill("in time");
      await dialog(page).getByLabel("Time", { exact: true }).fill("never");
      await dialog(page).getByText("A time of more than nothing.").waitFor();
      await dialog(page).getByLabel("Time", { exact: true }).fill("30");
      await dialog(page).getByText("A run takes 30 m 00 s at most.").waitFor();
      await page.picture("own-deployment-agreement");
      await confirm(page, "Add it");
      await seen(main(page), "A run takes 30 m 00 s at most");
      assert.deepEqual(await agreements(), [{ name: "in time", severity: "moderate", enabled: true, duration: 1800, within: undefined }]);
      assert.deepEqual(await faultsInAllLooks(page, "deployment-agreed"), []);

      await main(page).getByRole("button", { name: "More for the agreement in time" }).click();
      await page.getByRole("menuitem", { name: "Change" }).click();
      await dialog(page).getByLabel("About what").selectOption("within");
      await dialog(page).getByLabel("Severity").selectOption("high");
      await confirm(page, "Change it");
      await seen(main(page), "A run starts at most 30 m 00 s late");
      assert.deepEqual(await agreements(), [{ name: "in time", severity: "high", enabled: true, duration: undefined, within: 1800 }]);

      await main(page).getByRole("button", { name: "More for the agreement in time" }).click();
      await page.getByRole("menuitem", { name: "Delete" }).click();
      await confirm(page, "Delete");
      await seen(main(page), /^Nothing was agreed about its runs/);
      assert.deepEqual(await agreements(), []);
    });
  });

  test("shows by itself what others change, and is deleted", async () => {
    const { id } = await made("deleted-by-a-test");
    await onPage(`/deployments/deployment/${id}`, async (page) => {
      await page.locator('[data-liveness="live"]').waitFor();
      await server.api("POST", `/deployments/${id}/create_flow_run`, { name: "just-made", parameters: { video: "x" }, state: { type: "RUNNING" } });
      await seen(main(page), "just-made");
      await act(page, "Delete");
      await confirm(page, "Delete");
      await page.waitForURL(/\/deployments$/);
      await seen(page, "is deleted");
    });
    await assert.rejects(read(id), /404/);
  });
});

test("tags and job variables are changed, and a deployment is duplicated", async () => {
  const { id } = await made("copied-by-a-test", { schedules: [{ schedule: { interval: 3600 }, active: true }] });
  await onPage(`/deployments/deployment/${id}`, async (page) => {
    await act(page, "Tags");
    await dialog(page).getByLabel("Tags").fill("night, night, gpu");
    await confirm(page, "Save");
    await seen(main(page), "night");
    await act(page, "Job variables");
    await dialog(page).getByLabel("Job variables").fill("[1]");
    await dialog(page).getByText("A JSON object: names with values, in braces.").waitFor();
    await dialog(page).getByLabel("Job variables").fill('{"env": {"MODE": "fast"}}');
    await confirm(page, "Save");
    await act(page, "Edit");
    await dialog(page).getByLabel("Description").fill("Cuts the night's videos");
    await dialog(page).getByLabel("Entrypoint").fill("flows.py:cut");
    await dialog(page).getByLabel("Queue").fill("night");
    await dialog(page).getByText(/^prefect api PATCH .*"work_queue_name":"night"/).waitFor();
    assert.deepEqual(await faultsInAllLooks(page, "deployment-edit"), []);
    await page.setViewportSize({ width: 1440, height: 900 });
    await confirm(page, "Save");
    const { description, entrypoint, work_pool_name, work_queue_name } = await read(id);
    assert.deepEqual([description, entrypoint, work_pool_name, work_queue_name], ["Cuts the night's videos", "flows.py:cut", "machines", "night"]);
    await act(page, "Duplicate");
    await dialog(page).getByLabel("Name").fill("copied-by-a-test");
    await dialog(page).getByRole("button", { name: "Make it" }).click();
    await dialog(page).getByRole("alert").getByText("There is a deployment", { exact: false }).waitFor();
    await dialog(page).getByLabel("Name").fill("the-copy");
    await confirm(page, "Make it");
    await page.getByRole("heading", { level: 1, name: "the-copy" }).waitFor();
    const copy = await read(new URL(page.url()).pathname.split("/").pop());
    assert.deepEqual([copy.tags, copy.job_variables, copy.paused, copy.schedules.length, copy.parameters], [["night", "gpu"], { env: { MODE: "fast" } }, true, 1, { rate: 25 }]);
  });
  assert.equal((await read(id)).paused, false);
});

test("a flow is limited and deleted", async () => {
  const own = await server.api("POST", "/flows/", { name: "deleted-by-a-test" });
  await onPage(`/flows/flow/${own.id}`, async (page) => {
    await main(page).getByRole("button", { name: "Limit" }).click();
    await dialog(page).getByLabel("Runs at once").fill("3");
    await confirm(page, "Save");
    await seen(main(page), "0 of 3");
    await act(page, "Delete");
    await confirm(page, "Delete");
    await page.waitForURL(/\/flows$/);
    await seen(page, "deleted-by-a-test is deleted");
  });
  await assert.rejects(server.api("GET", `/flows/${own.id}`), /404/);
});
