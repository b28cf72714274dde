// Our interface in a real browser, served by our server: every route, every interaction, both themes, and what it costs.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { launch, openPage } from "../browser.mjs";
import { startServer } from "../server.mjs";
import { knownRuns, makeMonth } from "./month.mjs";
import { act, confirm, dialog, facet, faultsInAllLooks, hasRows, isFine, main, nav, rows, seen, titled, visit } from "./visit.mjs";

let month, server, runs, browser;

before(async () => {
  month = makeMonth();
  server = await startServer({ database: month });
  runs = await knownRuns(server);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const onPage = (path, fn, options = {}) => visit(browser, options.server ?? server, path, fn, options);

/** Every route: where it is, what it shows, and by how many requests. */
const routes = () => ({
  home: { path: "/", shows: ["Needs you", "Runs now", "Last 24 hours", "patient-heron", "Last 30 days"], requests: 1 },
  runs: { path: "/runs", shows: ["Flow runs", runs.completed.name], requests: 1 },
  "task-runs": { path: "/runs?kind=task", shows: ["Task runs", "Completed"], requests: 1 },
  "run-failed": { path: `/runs/flow-run/${runs.failed.id}`, shows: [runs.failed.name, "First error"], requests: 2 },
  "run-completed": { path: `/runs/flow-run/${runs.completed.id}?view=tasks&tab=states`, shows: [runs.completed.name, "Scheduled"], requests: 2 },
  "run-late": { path: `/runs/flow-run/${runs.late.id}?tab=details`, shows: [runs.late.name, "Late"], requests: 2 },
  nowhere: { path: "/there-is-no-such-page", shows: ["There is no such page"], requests: 0 },
});

describe("every route", () => {
  for (const name of ["home", "runs", "task-runs", "run-failed", "run-completed", "run-late", "nowhere"]) {
    test(name, async () => {
      const { path, shows, requests } = routes()[name];
      await onPage(path, async (page) => {
        await isFine(page, name, shows, requests);
      });
    });
  }
});

describe("finding one's way", () => {
  test("j and k go through the rows, Enter opens one", () => onPage("/runs", async (page) => {
    const links = rows(page).locator("a[data-open]");
    const second = await links.nth(1).textContent();
    for (const key of ["j", "j", "j", "k"]) await page.keyboard.press(key);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: second }).waitFor();
  }));

  test("Ctrl-K finds a run, a page and an action", () => onPage("/runs", async (page) => {
    await rows(page).first().waitFor();
    await page.keyboard.press("Control+k");
    const palette = dialog(page, "Find");
    const find = palette.getByRole("combobox", { name: "Find" });
    await find.fill(runs.failed.name);
    await palette.getByRole("option", { name: runs.failed.name, selected: true }).waitFor();
    await find.press("Enter");
    await page.waitForURL(/\/runs\/flow-run\//);
    await page.keyboard.press("Control+k");
    await find.fill("dark");
    await palette.getByRole("option", { name: "Dark colours", selected: true }).waitFor();
    await find.press("Enter");
    await page.locator('html[data-theme="dark"]').waitFor();
  }));

  test("g and r go to the runs, ? shows the keys", () => onPage("/", async (page) => {
    await seen(main(page), "Needs you");
    await page.keyboard.press("g");
    await page.keyboard.press("r");
    await page.waitForURL(/\/runs/);
    await page.keyboard.press("?");
    await dialog(page, "Keys").waitFor();
  }));

  test("links of the reference's interface lead here", () => onPage(`/v2/runs/flow-run/${runs.failed.id}`, async (page) => {
    await page.getByRole("heading", { level: 1, name: runs.failed.name }).waitFor();
    assert.equal(new URL(page.url()).pathname, `/runs/flow-run/${runs.failed.id}`);
  }));
});

test("what is wrong with the server needs somebody too, and leads to where it is seen", () => onPage("/settings", async (page) => {
  await page.route("**/api/reeve/home", async (route) => {
    const answer = await route.fetch();
    const home = await answer.json();
    home.trouble.stuck = { rows: [{ ...home.running.rows[0], name: "slow-to-end", state_type: "CANCELLING", state_name: "Cancelling", message: null }], count: 1 };
    home.disk = { free: 90e6, size: 1e9, scarce: true };
    home.backup.databases = [{ database: "reeve.db", url: "s3://copies", until: null, pending: true, error: "the bucket is gone", failing_since: home.now }];
    await route.fulfill({ response: answer, json: home });
  });
  await nav(page).getByRole("link", { name: "Home" }).click();
  for (const text of ["The copy of reeve.db fails", "the bucket is gone", "90.0 MB of 1.0 GB are free", "slow-to-end"]) await seen(main(page), text);
  assert.deepEqual(await faultsInAllLooks(page, "home-server"), []);
  await main(page).getByRole("link", { name: "See the copy" }).click();
  await page.waitForURL(/\/settings\?tab=backup/);
}));

describe("runs", () => {
  test("a facet is in the URL, and a reload keeps it", () => onPage("/runs?when=any", async (page) => {
    await facet(page, "State").click();
    await dialog(page, "State").getByLabel("Failed").check();
    await page.waitForURL(/state=FAILED/);
    await page.keyboard.press("Escape");
    await page.reload();
    await rows(page).first().waitFor();
    const states = await rows(page).locator(".state").allTextContents();
    assert.ok(states.length > 0 && states.every((state) => ["Failed", "Timed out"].includes(state)), states.join(", "));
    await facet(page, "Flow").click();
    await dialog(page, "Flow").getByRole("searchbox", { name: "Find in Flow" }).fill("retr");
    await dialog(page, "Flow").getByLabel("retrain-model").check();
    await page.waitForURL(/flow=retrain-model/);
  }));

  test("are grouped, narrowed by their duration and parameters, and sorted by any column", () => onPage("/runs?when=any&group=flow", async (page) => {
    await rows(page).first().waitFor();
    assert.deepEqual(await faultsInAllLooks(page, "run-groups"), []);
    await page.setViewportSize({ width: 1440, height: 900 });
    await rows(page).getByRole("link", { name: "retrain-model" }).click();
    await page.waitForURL(/flow=retrain-model/);
    await facet(page, "Duration").click();
    await dialog(page, "Duration").getByLabel("At least").fill("2m");
    await dialog(page, "Duration").getByRole("button", { name: "Show them" }).click();
    await page.waitForURL(/longer=2m/);
    await facet(page, "Parameters").click();
    await dialog(page, "Parameters").getByLabel("Part of the parameters").fill("EPOCHS");
    await dialog(page, "Parameters").getByRole("button", { name: "Show them" }).click();
    await page.waitForURL(/parameters=EPOCHS/);
    const table = page.getByRole("table", { name: "Flow runs" });
    await table.getByRole("columnheader", { name: "Duration" }).getByRole("button").click();
    await page.waitForURL(/sort=DURATION_DESC/);
    await table.locator('[aria-sort="descending"]').waitFor();
    await rows(page).first().waitFor();
    assert.ok((await rows(page).allTextContents()).every((row) => row.includes("retrain-model")));
    await page.goto(`${server.url}/runs?kind=task&when=any&sort=DURATION_ASC`);
    await page.getByRole("table", { name: "Task runs" }).locator('[aria-sort="ascending"]').waitFor();
  }));

  test("of tasks are grouped, narrowed and sorted too", () => onPage("/runs?kind=task&when=any&group=task", async (page) => {
    const groups = page.getByRole("table", { name: "Groups of runs" });
    await groups.getByRole("link", { name: "infer", exact: true }).waitFor();
    await groups.getByRole("link", { name: "infer", exact: true }).click();
    await page.waitForURL(/task=infer/);
    const table = page.getByRole("table", { name: "Task runs" });
    await table.getByRole("link", { name: /^infer-/ }).first().waitFor();
    await facet(page, "Duration").click();
    await dialog(page, "Duration").getByLabel("At least").fill("1000h");
    await dialog(page, "Duration").getByRole("button", { name: "Show them" }).click();
    await main(page).getByText("No run is like that").waitFor();
    await main(page).getByRole("search").getByRole("button", { name: "Clear all" }).click();
    await table.getByRole("columnheader", { name: "State" }).getByRole("button").click();
    await page.waitForURL(/sort=STATE_ASC/);
    await table.locator('[aria-sort="ascending"]').waitFor();
  }));

  test("the page is opened as it was left", () => onPage("/runs?state=CRASHED&when=any", async (page) => {
    await rows(page).first().waitFor();
    await nav(page).getByRole("link", { name: "Home" }).click();
    await seen(main(page), "Needs you");
    await nav(page).getByRole("link", { name: "Runs", exact: true }).click();
    await page.waitForURL(/state=CRASHED/);
  }));

  test("a view is saved under a name for everybody, and those of before are moved to it", async () => {
    await onPage("/runs?state=CRASHED&when=any", async (page) => {
      await page.evaluate(() => localStorage.setItem("reeve-runs-saved", JSON.stringify([{ name: "Of before", search: { when: "1h" } }])));
      await main(page).getByRole("button", { name: "Views" }).click();
      const menu = page.getByRole("menu", { name: "Views" });
      await menu.getByRole("menuitemradio", { name: "Of before" }).waitFor();
      await menu.getByRole("menuitem", { name: "Save this view" }).click();
      await dialog(page, "Save this view").getByLabel("Name", { exact: true }).fill("What crashed");
      await confirm(page, "Save");
      await main(page).getByRole("button", { name: "What crashed" }).waitFor();
    });
    await onPage("/runs?when=any", async (page) => { // another browser
      await main(page).getByRole("button", { name: "Views" }).click();
      await page.getByRole("menu").getByRole("menuitemradio", { name: "Of before" }).waitFor();
      await page.getByRole("menu").getByRole("menuitemradio", { name: "What crashed" }).click();
      await page.waitForURL(/state=CRASHED/);
      await main(page).getByRole("button", { name: "What crashed" }).click();
      await page.getByRole("menu").getByRole("menuitem", { name: "Delete “What crashed”" }).click();
      await confirm(page, "Delete");
      await main(page).getByRole("button", { name: "Views" }).waitFor();
    });
    assert.deepEqual((await server.api("POST", "/saved_searches/filter", {})).map(({ name }) => name), ["Of before"]);
  });

  test("several are cancelled at once, with a count before and a result after", () => onPage("/runs?when=any&state=SCHEDULED", async (page) => {
    await rows(page).nth(1).waitFor();
    for (const name of (await rows(page).locator("a[data-open]").allTextContents()).slice(0, 2)) { // which others may come before meanwhile
      await rows(page).filter({ has: page.getByRole("link", { name, exact: true }) }).getByRole("checkbox").check();
    }
    const chosen = page.getByRole("toolbar", { name: "Chosen runs" });
    await seen(chosen, "2 chosen");
    await chosen.getByRole("button", { name: "Cancel", exact: true }).click();
    await dialog(page, "Cancel 2 runs?").waitFor();
    await confirm(page, "Cancel");
    await seen(page, "2 runs asked to stop");
  }));

  test("several are retried, resumed and deleted, those alone that are in a state for it", async () => {
    const { deployment_id } = runs.completed;
    const made = async (name, state) => {
      const run = await server.api("POST", `/deployments/${deployment_id}/create_flow_run`, { name, tags: ["in-bulk"] });
      for (const each of state) await server.api("POST", `/flow_runs/${run.id}/set_state`, { state: each, force: true });
      return run;
    };
    const failed = await made("bulk-failed", [{ type: "RUNNING" }, { type: "FAILED" }]);
    const paused = await made("bulk-paused", [{ type: "RUNNING" }, { type: "PAUSED", state_details: { pause_timeout: new Date(Date.now() + 3600_000).toISOString() } }]);
    await onPage("/runs?when=any&tag=in-bulk", async (page) => {
      const chosen = page.getByRole("toolbar", { name: "Chosen runs" });
      const choose = async () => {
        await hasRows(page, 2);
        for (const box of await rows(page).getByRole("checkbox").all()) await box.check();
        await seen(chosen, "2 chosen");
      };
      const acts = async (button, title, name, outcome) => {
        await choose();
        await chosen.getByRole("button", { name: button, exact: true }).click();
        await dialog(page, title).waitFor();
        await confirm(page, name);
        await seen(page, outcome);
      };
      await acts("Retry 1", "Retry 1 run?", "Retry", "1 run to be run again");
      await acts("Resume 1", "Resume 1 run?", "Resume", "1 run resumed");
      await acts("Delete", "Delete 2 runs?", "Delete", "2 runs deleted");
      await hasRows(page, 0);
    });
    for (const { id } of [failed, paused]) await assert.rejects(server.api("GET", `/flow_runs/${id}`), /404/);
  });

  test("of tasks are deleted, with a count before and a result after", () => onPage("/runs?kind=task&when=any", async (page) => {
    await rows(page).nth(1).waitFor();
    const gone = [];
    for (const link of (await rows(page).locator("a[data-open]").all()).slice(0, 2)) gone.push(await link.getAttribute("href"));
    for (const href of gone) await rows(page).filter({ has: page.locator(`a[href="${href}"]`) }).getByRole("checkbox").check();
    const chosen = page.getByRole("toolbar", { name: "Chosen runs" });
    await seen(chosen, "2 chosen");
    await chosen.getByRole("button", { name: "Delete", exact: true }).click();
    await dialog(page, "Delete 2 runs?").waitFor();
    await confirm(page, "Delete");
    await seen(page, "2 runs deleted");
    for (const href of gone) await page.locator(`a[href="${href}"]`).waitFor({ state: "detached" });
  }));

  test("two tabs have one socket, and the second connects when the first is closed", () => onPage("/runs?when=any", async (page) => {
    const live = '[data-liveness="live"]';
    await page.locator(live).waitFor();
    const second = await page.context().newPage();
    const sockets = [];
    second.on("websocket", (socket) => sockets.push(socket.url()));
    await second.goto(`${server.url}/runs?when=any`);
    await second.locator(live).waitFor();
    assert.deepEqual(sockets, []);
    const connects = second.waitForEvent("websocket");
    await page.goto("about:blank");
    await connects;
    await second.locator(live).waitFor();
  }));

  test("a new run appears by itself", () => onPage("/runs", async (page) => {
    await page.locator('[data-liveness="live"]').waitFor();
    const { flow_id } = runs.completed;
    await server.api("POST", "/flow_runs/", { flow_id, name: "it-just-began", state: { type: "RUNNING" } });
    await seen(page, "it-just-began");
  }));
});

/** What a tab's icon shows. */
const icon = (page) => page.evaluate(() => decodeURIComponent(document.querySelector("#favicon").getAttribute("href")));

describe("a run", () => {
  const followed = async (server) => {
    const { flow_id } = runs.completed;
    const run = await server.api("POST", "/flow_runs/", { flow_id, name: "followed", state: { type: "RUNNING" } });
    const say = (message, level = 20) => server.api("POST", "/logs/", [{ name: "prefect.flow_runs", level, message, timestamp: new Date().toISOString(), flow_run_id: run.id }]);
    await say("before the page was open");
    await onPage(`/runs/flow-run/${run.id}?view=tasks`, async (page) => {
      await seen(page, "before the page was open");
      await say("while it is open");
      await seen(page, "while it is open");
      const goesOn = await icon(page);
      assert.match(goesOn, /fill="none" stroke="[^"]+"/); // a ring
      assert.equal(await page.getByRole("log").getByText("before the page was open").count(), 1);
      await server.api("POST", "/task_runs/", { flow_run_id: run.id, task_key: "t", dynamic_key: "0", name: "the-task", state: { type: "RUNNING" } });
      await server.api("POST", `/flow_runs/${run.id}/set_state`, { state: { type: "COMPLETED" }, force: true });
      await seen(page, "the-task");
      await titled(page, "followed · Completed · Reeve");
      assert.match(await icon(page), /<circle cx="8" cy="8" r="7" fill="[^"]+"/); // a disc, in the colour of how it ended
      await nav(page).getByRole("link", { name: "Home" }).click();
      await titled(page, "Home · Reeve");
      assert.equal(await icon(page), "data:,");
    }, { server });
  };

  test("is followed live: its state, its tasks, its logs", () => followed(server));

  test("is followed by websocket where the server streams logs", async () => {
    const streaming = await startServer({ database: month, env: { PREFECT_SERVER_LOGS_STREAM_OUT_ENABLED: "true" } });
    try {
      await followed(streaming);
    } finally {
      await streaming.stop();
    }
  });

  test("logs are filtered, lead to the first error, and have addresses", () => onPage(`/runs/flow-run/${runs.failed.id}`, async (page) => {
    const logs = page.getByRole("region", { name: "Logs" });
    const lines = logs.getByRole("log");
    await logs.getByRole("button", { name: "First error" }).click();
    await lines.getByText("Traceback").waitFor();
    await logs.getByLabel("Level").selectOption("40");
    await page.waitForFunction(() => document.querySelectorAll(".line").length === 1);
    const [saved] = await Promise.all([page.waitForEvent("download"), logs.getByRole("button", { name: "Download what is shown" }).click()]);
    assert.equal(saved.suggestedFilename(), `${runs.failed.name}.log`);
    assert.deepEqual(readFileSync(await saved.path(), "utf8").match(/^20\S+\t\w+\t/gm)?.map((start) => start.split("\t")[1]), ["ERROR"]); // of many lines, what was shown
    await lines.locator(".line-time").click();
    await page.waitForURL(/log=/);
    await logs.getByLabel("Level").selectOption("0");
    await page.reload();
    await lines.locator(".line.chosen").waitFor();
    await logs.getByLabel("Find in logs").fill("no such line");
    await seen(logs, "No line is like that");
  }));

  test("a task is chosen by the keyboard in the timeline", () => onPage(`/runs/flow-run/${runs.completed.id}`, async (page) => {
    await page.getByRole("group", { name: /^Timeline of/ }).focus();
    await page.keyboard.press("ArrowDown");
    await page.waitForURL(/task=/);
    await page.keyboard.press("+");
    await main(page).getByRole("button", { name: "All", exact: true, disabled: false }).waitFor();
    await page.keyboard.press("0");
    await page.keyboard.press("Escape");
    await page.waitForURL((url) => !url.search.includes("task="));
    // What is marked in the minimap is what is seen.
    const all = main(page).getByRole("button", { name: "All", exact: true });
    await main(page).getByRole("button", { name: "All", exact: true, disabled: true }).waitFor();
    const { x, y, width, height } = await page.locator(".minimap").boundingBox();
    await page.mouse.move(x + width * 0.3, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.6, y + height / 2, { steps: 3 });
    await page.mouse.up();
    await all.and(page.locator(":enabled")).click();
    await main(page).getByRole("button", { name: "All", exact: true, disabled: true }).waitFor();
    // The critical path is shown, and said, when it is asked for.
    await main(page).getByRole("button", { name: "Critical path" }).click();
    await main(page).getByRole("button", { name: "Critical path", pressed: true }).waitFor();
  }));

  test("an event is a mark on the timeline that leads to it, and stands in words below", async () => {
    const { id } = runs.completed;
    const { start_time: start, end_time: end } = await server.api("GET", `/flow_runs/${id}`);
    const occurred = new Date((Date.parse(start) + Date.parse(end)) / 2).toISOString();
    await server.api("POST", "/events", [{
      id: crypto.randomUUID(), event: "frames.dropped", occurred, payload: {}, resource: { "prefect.resource.id": "camera.7" },
      related: [{ "prefect.resource.id": `prefect.flow-run.${id}`, "prefect.resource.role": "flow-run" }],
    }]);
    await onPage(`/runs/flow-run/${id}?tab=events`, async (page) => {
      await page.getByRole("tabpanel", { name: /^Events/ }).getByRole("link", { name: "frames.dropped" }).waitFor();
      const { x, y, width } = await page.locator(".timeline-box canvas").boundingBox();
      const tip = page.locator(".timeline-tip").getByText("frames.dropped");
      let at = 190;
      for (; at < width && !await tip.isVisible(); at += 5) await page.mouse.move(x + at, y + 36);
      await tip.waitFor();
      await page.picture("own-run-mark");
      await page.mouse.down();
      await page.mouse.up();
      await page.waitForURL(/\/events\/event\//);
      await page.getByRole("heading", { level: 1, name: "frames.dropped" }).waitFor();
    });
  });

  test("a task that is chosen in the graph is chosen in the table and the logs too", () => onPage(`/runs/flow-run/${runs.completed.id}?view=graph`, async (page) => {
    const nodes = page.getByRole("group", { name: /^Graph of/ }).getByRole("button");
    await nodes.first().waitFor();
    assert.deepEqual(await faultsInAllLooks(page, "run-graph"), []);
    await page.setViewportSize({ width: 1440, height: 900 });
    await nodes.first().focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/task=/);
    await page.locator('.graph-node[aria-pressed="true"]').waitFor();
    await page.getByTitle("Show the logs of all tasks").waitFor();
    await page.getByRole("tab", { name: /^Tasks/ }).click();
    await page.getByRole("table", { name: "Task runs" }).locator('[aria-pressed="true"]').waitFor();
    await page.getByRole("tab", { name: /^Results/ }).click();
    await seen(page.getByRole("tabpanel"), "It kept no results");
  }));

  test("is retried, cancelled, changed and deleted", async () => {
    const { id } = await server.api("POST", `/deployments/${runs.completed.deployment_id}/create_flow_run`, { name: "acted-upon" });
    await onPage(`/runs/flow-run/${id}`, async (page) => {
      await main(page).getByRole("button", { name: "Cancel", exact: true }).click();
      await confirm(page, "Cancel the run");
      await titled(page, "acted-upon · Cancelled · Reeve");
      await main(page).getByRole("button", { name: "Retry", exact: true }).click();
      await titled(page, "acted-upon · Awaiting retry · Reeve");
      await act(page, "Change the state");
      await dialog(page).getByLabel("New state").selectOption("CRASHED");
      await dialog(page).getByLabel("Message").fill("the machine was lost");
      await confirm(page, "Change the state");
      await seen(main(page), "the machine was lost");
      await act(page, "Delete");
      await confirm(page, "Delete");
      await page.waitForURL(/\/runs($|\?)/);
      await seen(page, "acted-upon is deleted");
    });
    await assert.rejects(server.api("GET", `/flow_runs/${id}`), /404/);
  });

  test("is run again with other parameters, which the server checks", () => onPage("/runs?flow=caption-video&when=any&state=COMPLETED", async (page) => {
    await rows(page).locator("a[data-open]").first().click();
    await act(page, "Run again");
    await dialog(page).getByLabel("rate").fill("many");
    await dialog(page).getByRole("button", { name: "Run", exact: true }).click();
    await seen(dialog(page), /is not of type 'integer'/);
    await dialog(page).getByLabel("rate").fill("30");
    await confirm(page, "Run");
    await seen(main(page), '"rate": 30');
  }));

  test("one that runs is paused", async () => {
    const { id } = await server.api("POST", `/deployments/${runs.completed.deployment_id}/create_flow_run`, { name: "paused-by-hand" });
    for (const type of ["PENDING", "RUNNING"]) await server.api("POST", `/flow_runs/${id}/set_state`, { state: { type } });
    await onPage(`/runs/flow-run/${id}`, async (page) => {
      await titled(page, "paused-by-hand · Running · Reeve");
      await act(page, "Pause");
      await seen(dialog(page), /can be resumed/);
      await confirm(page, "Pause the run");
      await titled(page, "paused-by-hand · Suspended · Reeve");
    });
    const { state } = await server.api("GET", `/flow_runs/${id}`);
    assert.equal(state.type, "PAUSED");
    const left = new Date(state.state_details.pause_timeout) - Date.now();
    assert.ok(left > 23 * 3600_000 && left <= 24 * 3600_000, `it may be resumed for ${left} ms`);
  });

  test("one that is paused is resumed", () => onPage(`/runs/flow-run/${runs.paused.id}`, async (page) => {
    await seen(main(page), /Publish the model/);
    await titled(page, `${runs.paused.name} · Paused · Reeve`);
    await main(page).getByRole("button", { name: "Resume", exact: true }).click();
    await page.waitForFunction(() => !document.title.includes("Paused"));
  }));

  test("one that is not there says so", async () => {
    const page = await openPage(browser, server, {});
    await page.goto(`${server.url}/runs/flow-run/00000000-0000-4000-8000-000000000000`);
    await seen(page, "There is nothing here");
    await page.context().close();
  });
});

describe("the server", () => {
  test("with a password is logged in to, and out of", async () => {
    const guarded = await startServer({ database: month, env: { PREFECT_SERVER_API_AUTH_STRING: "admin:pässword" } });
    try {
      const page = await openPage(browser, guarded, { viewport: { width: 1440, height: 900 } });
      await page.goto(`${guarded.url}/runs`);
      await page.getByLabel("Password").fill("admin:wrong");
      await page.getByRole("button", { name: "Log in" }).click();
      await seen(page, "That is not the password.");
      await page.getByLabel("Password").fill("admin:pässword");
      await page.getByRole("button", { name: "Log in" }).click();
      await rows(page).first().waitFor();
      await page.locator('[data-liveness="live"]').waitFor();
      await nav(page).getByRole("button", { name: "Log out" }).click();
      await page.getByLabel("Password").waitFor();
      await page.context().close();
    } finally {
      await guarded.stop();
    }
  });

  test("that sleeps is let go of by a tab that nobody touches, until somebody does", async () => {
    const page = await openPage(browser, server, { strict: true });
    await page.clock.install();
    // As if the server had said that it sleeps; a page that the test itself delivers may not open websockets.
    await page.addInitScript(() => {
      const { parse } = JSON;
      JSON.parse = (...given) => {
        const value = parse(...given);
        if (value?.sleeps === false) value.sleeps = true;
        return value;
      };
    });
    await page.goto(`${server.url}/`);
    await page.locator('[data-liveness="live"]').waitFor();
    const asked = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.clock.fastForward(4 * 60_000);
    await seen(nav(page), /Asleep since/);
    const before = asked.splice(0); // what happened just before may have been read again
    assert.equal(before.filter((path) => path === "/api/reeve/sleep").length, 1, before.join(", "));
    await page.clock.fastForward(60 * 60_000);
    assert.deepEqual(asked, []);
    await page.mouse.move(300, 300);
    await page.locator('[data-liveness="live"]').waitFor();
    assert.deepEqual(page.troubles, []);
    await page.context().close();
  });

  test("is let go of by a tab that is hidden, which asks nothing until it is looked at", async () => {
    const page = await openPage(browser, server, { strict: true });
    await page.clock.install();
    await page.addInitScript(() => {
      let hidden = false;
      Object.defineProperty(Document.prototype, "hidden", { get: () => hidden });
      Object.defineProperty(Document.prototype, "visibilityState", { get: () => hidden ? "hidden" : "visible" });
      window.hide = (how) => {
        hidden = how;
        document.dispatchEvent(new Event("visibilitychange"));
      };
    });
    const sockets = [];
    page.on("websocket", (socket) => sockets.push(socket));
    await page.goto(`${server.url}/`);
    await page.locator('[data-liveness="live"]').waitFor();
    await page.evaluate(() => window.hide(true));
    await page.clock.fastForward(10_000);
    await page.locator('[data-liveness="resting"]').waitFor();
    assert.notEqual(sockets.length, 0);
    await Promise.all(sockets.map((socket) => socket.isClosed() || socket.waitForEvent("close")));
    const had = sockets.length;
    const asked = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.clock.fastForward(60 * 60_000);
    await page.mouse.move(300, 300); // of a tab that is hidden nobody can be seen to be there
    assert.deepEqual(asked, []);
    assert.equal(sockets.length, had);
    await page.evaluate(() => window.hide(false));
    await page.locator('[data-liveness="live"]').waitFor();
    assert.deepEqual(page.troubles, []);
    await page.context().close();
  });
});
