// Work pools, concurrency limits, variables and artifacts in a real browser, on a server that has some of each.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "../browser.mjs";
import { startServer } from "../server.mjs";
import { act, confirm, dialog, faultsInAllLooks, isFine, main, rows, seen, visit } from "./visit.mjs";

let server, empty, things, browser, beating;

before(async () => {
  [server, empty] = await Promise.all([startServer(), startServer()]);
  things = await furnish(server.api);
  browser = await launch();
});
after(async () => {
  clearInterval(beating);
  await browser?.close();
  await Promise.all([server?.stop(), empty?.stop()]);
});

const report = [
  "# Captions of today", "", "All **12** videos, *but one*, have `captions`. See <https://example.org/captions>.", "",
  "| video | boxes | note |", "|---|--:|---|", "| holiday.mp4 | 1834 | fine |", "| dog.mp4 | 12 | <script>document.title = 'owned'</script> |", "",
  "- [x] extracted", "- [ ] published", "", "```python", "print('<b>no html</b>')", "```", "", "> quoted", "",
  "[no link](javascript:document.title='owned') ![dot](data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==)",
].join("\n");

/** A pool with a worker that holds a run while others wait, limits with holders and waiters, variables, artifacts. */
async function furnish(api) {
  await api("POST", "/work_pools/", { name: "machines", type: "process", description: "The two machines under the desk", concurrency_limit: 1,
    base_job_template: { job_configuration: { command: "{{ command }}", working_dir: "{{ working_dir }}" },
      variables: { type: "object", properties: { command: { type: "string", title: "Command" }, working_dir: { type: "string", title: "Working Directory", default: "/srv/flows" } } } } });
  await api("POST", "/work_pools/", { name: "idle", type: "docker" });
  for (const name of ["urgent", "slow"]) await api("POST", "/work_pools/machines/queues", { name, concurrency_limit: name === "slow" ? 1 : null });
  const beat = () => api("POST", "/work_pools/machines/workers/heartbeat", { name: "desk-1", heartbeat_interval_seconds: 30 });
  await beat();
  const flow = await api("POST", "/flows/", { name: "caption-video" });
  const deployment = await api("POST", "/deployments/", { name: "production", flow_id: flow.id, work_pool_name: "machines", concurrency_limit: 3 });
  const run = (name) => api("POST", `/deployments/${deployment.id}/create_flow_run`, { name });
  const [holds] = [await run("holds-the-slot"), await run("waits-for-it"), await run("waits-too")];
  for (const type of ["PENDING", "RUNNING"]) await api("POST", `/flow_runs/${holds.id}/set_state`, { state: { type } });
  await api("PATCH", `/flow_runs/${holds.id}/labels`, { "prefect.worker.name": "desk-1" });

  await api("POST", "/v2/concurrency_limits/", { name: "database", limit: 1 });
  await api("POST", "/v2/concurrency_limits/", { name: "tag:gpu", limit: 2 });
  await api("POST", "/v2/concurrency_limits/", { name: "mail", limit: 10, slot_decay_per_second: 0.5 });
  const take = (id) => api("POST", "/v2/concurrency_limits/increment-with-lease", { names: ["database"], slots: 1, lease_duration: 3600, holder: { type: "flow_run", id } });
  await take(holds.id);
  const other = await api("POST", "/flow_runs/", { flow_id: flow.id, name: "wants-the-database", state: { type: "RUNNING" } });
  await assert.rejects(take(other.id), /423/);
  beating = setInterval(() => Promise.allSettled([beat(), take(other.id)]), 5000); // the worker lives, the waiter asks again

  await api("POST", "/variables/", { name: "bucket", value: "captions-of-today", tags: ["storage"] });
  await api("POST", "/variables/", { name: "limits", value: { frames: 25, languages: ["de", "en"] } });

  const task = await api("POST", "/task_runs/", { flow_run_id: holds.id, task_key: "t", dynamic_key: "0", name: "render", state: { type: "RUNNING" } });
  const make = (artifact) => api("POST", "/artifacts/", { flow_run_id: holds.id, task_run_id: task.id, ...artifact });
  await make({ key: "report", type: "markdown", data: "# The first", description: "What came of the day" });
  await make({ key: "report", type: "markdown", data: report, description: "What came of the day" });
  await make({ key: "numbers", type: "table", data: JSON.stringify(Array.from({ length: 300 }, (_, i) => ({ video: `video-${i}`, boxes: i * 7 }))) });
  await make({ key: "dot", type: "image", data: "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==" });
  await make({ key: "upload", type: "progress", data: 42.5 });
  const result = await make({ type: "result", data: { type: "reference", storage_key: "results/1" } });
  const limits = await api("POST", "/v2/concurrency_limits/filter", {});
  return { holds, result, database: limits.find(({ name }) => name === "database") };
}

const onPage = (path, fn, options = {}) => visit(browser, options.server ?? server, path, fn, options);

/** Every route: where it is, what it shows. Each asks the server once. */
const routes = () => ({
  pools: { path: "/work-pools", shows: ["machines", "idle", "Ready"] },
  pool: { path: "/work-pools/work-pool/machines", shows: ["holds-the-slot", "waits-for-it", /The limit of work pool machines is full/, "urgent", "desk-1", "/srv/flows"] },
  "new-pool": { path: "/work-pools/create", shows: ["Kubernetes", "Working Directory"] },
  limits: { path: `/concurrency-limits?limit=${things.database.id}`, shows: ["gpu", "caption-video/production", "wants-the-database", "1 waits"] },
  variables: { path: "/variables", shows: ["bucket", '{"frames":25,"languages":["de","en"]}', "storage"] },
  artifacts: { path: "/artifacts", shows: ["report", "numbers", "What came of the day"] },
  "artifact-markdown": { path: "/artifacts/key/report", shows: ["Captions of today", "1834", "extracted", "print('<b>no html</b>')", "newest"] },
  "artifact-table": { path: "/artifacts/key/numbers", shows: ["video-0", "boxes"] },
  "artifact-image": { path: "/artifacts/key/dot", shows: ["dot"] },
  "artifact-progress": { path: "/artifacts/key/upload", shows: ["42.5 %"] },
  "artifact-result": { path: `/artifacts/artifact/${things.result.id}`, shows: ["Artifact without a key", '"storage_key": "results/1"'] },
});

describe("every route", () => {
  for (const name of ["pools", "pool", "new-pool", "limits", "variables", "artifacts", "artifact-markdown", "artifact-table", "artifact-image", "artifact-progress", "artifact-result"]) {
    test(name, async () => {
      const { path, shows } = routes()[name];
      await onPage(path, async (page) => {
        await isFine(page, name, shows);
      });
    });
  }

  for (const [path, title] of [["/work-pools", "There is no work pool"], ["/concurrency-limits", "There is no limit"], ["/variables", "There is no variable"], ["/artifacts", "There is no artifact with a key"]]) {
    test(`${path} without anything`, () => onPage(path, (page) => seen(page, title), { server: empty }));
  }
});

describe("work pools", () => {
  const order = async () => (await server.api("POST", "/work_pools/machines/queues/filter", {})).map(({ name }) => name);
  const until = async (read, want) => {
    for (let tries = 0; tries < 50; tries++) {
      if (JSON.stringify(await read()) === JSON.stringify(want)) return;
      await new Promise((go) => setTimeout(go, 100));
    }
    assert.deepEqual(await read(), want);
  };

  test("a queue is moved by the keyboard and by its buttons", () => onPage("/work-pools/work-pool/machines", async (page) => {
    const queues = page.getByRole("region", { name: "Queues" });
    const settled = async (want) => {
      await until(order, want);
      await queues.locator('[aria-busy="false"]').waitFor(); // until then what is shown may still move
      await until(() => queues.locator(".queue-name").allTextContents(), want);
    };
    await queues.getByRole("button", { name: "slow", exact: true }).focus();
    await page.keyboard.press("Shift+ArrowUp");
    await settled(["default", "slow", "urgent"]);
    await page.keyboard.press("Shift+ArrowUp"); // the focus has moved with it
    await settled(["slow", "default", "urgent"]);
    await queues.getByRole("button", { name: "Serve slow later" }).click();
    await settled(["default", "slow", "urgent"]);
    await queues.getByRole("button", { name: "Serve urgent later", disabled: true }).waitFor();
  }));

  test("moves that come while another is under way are made after it", () => onPage("/work-pools/work-pool/machines", async (page) => {
    const before = await order();
    const name = before[0];
    let held; // the first move, until the others were asked for
    await page.route("**/work_pools/machines/queues/**", (route) => {
      if (route.request().method() !== "PATCH" || held) return route.fallback();
      held = route;
      return undefined;
    });
    const queues = page.getByRole("region", { name: "Queues" });
    await queues.getByRole("button", { name, exact: true }).focus();
    for (const key of ["ArrowDown", "ArrowDown", "ArrowUp"]) await page.keyboard.press(`Shift+${key}`);
    const want = [before[1], name, before[2]];
    await until(() => queues.locator(".queue-name").allTextContents(), want); // shown at once
    for (let tries = 0; !held && tries < 200; tries++) await page.waitForTimeout(25);
    assert.deepEqual(await order(), before);
    await held.fallback();
    await until(order, want);
    await queues.locator('[aria-busy="false"]').waitFor();
    await until(() => queues.locator(".queue-name").allTextContents(), want);
  }));

  test("a queue is dragged", () => onPage("/work-pools/work-pool/machines", async (page) => {
    await page.locator(".queue-row", { hasText: "urgent" }).locator(".place").dragTo(page.locator(".queue-row", { hasText: "default" }));
    await until(order, ["slow", "urgent", "default"]);
  }));

  test("a queue is made, limited, paused and deleted", () => onPage("/work-pools/work-pool/machines", async (page) => {
    await main(page).getByRole("button", { name: "New queue" }).click();
    await dialog(page).getByLabel("Name").fill("nightly");
    await dialog(page).getByLabel("Runs at once").fill("two");
    await seen(dialog(page), /A whole number/);
    await dialog(page).getByLabel("Runs at once").fill("2");
    await confirm(page, "Make it");
    await main(page).getByRole("button", { name: "Pause nightly" }).click();
    await main(page).getByRole("button", { name: "Resume nightly" }).waitFor();
    const made = await server.api("GET", "/work_pools/machines/queues/nightly");
    assert.deepEqual([made.concurrency_limit, made.is_paused], [2, true]);
    await main(page).getByRole("button", { name: "Delete nightly" }).click();
    await confirm(page, "Delete");
    await main(page).getByRole("button", { name: "Pause nightly" }).waitFor({ state: "detached" });
    await main(page).getByRole("button", { name: "Resume nightly" }).waitFor({ state: "detached" });
    await assert.rejects(server.api("GET", "/work_pools/machines/queues/nightly"), /404/);
  }));

  test("a pool is made from its template, changed, paused and deleted", async () => {
    await onPage("/work-pools", async (page) => {
      await main(page).getByRole("button", { name: "New pool" }).click();
      await main(page).getByLabel("Docker").check();
      await seen(main(page), "Image Pull Policy");
      await main(page).getByLabel(/^Process/).check();
      await page.locator(".new-pool > .field").first().getByRole("textbox").fill("made here");
      await main(page).getByLabel("Working Directory").fill("/srv/here");
      await main(page).getByRole("button", { name: "Make the pool" }).click();
      await page.getByRole("heading", { level: 1, name: "made here" }).waitFor();
      await seen(main(page), "/srv/here");
      await seen(main(page), "reeve worker start --pool 'made here'");
      const head = main(page).locator(".page-head"); // parts of the page have such buttons too
      await head.getByRole("button", { name: "Change" }).click();
      await dialog(page).getByLabel("Runs at once").fill("4");
      await confirm(page, "Change it");
      await seen(main(page), "of 4");
      await head.getByRole("button", { name: "Pause", exact: true }).click();
      await head.getByRole("button", { name: "Resume", exact: true }).waitFor();
      const made = await server.api("GET", "/work_pools/made%20here");
      assert.deepEqual([made.type, made.concurrency_limit, made.is_paused, made.base_job_template.variables.properties.working_dir.default], ["process", 4, true, "/srv/here"]);
      assert.equal(made.base_job_template.variables.properties.stream_output.default, true);
      await act(page, "Delete");
      await confirm(page, "Delete");
      await page.waitForURL(/\/work-pools$/);
      await seen(page, "made here is deleted");
    });
    await assert.rejects(server.api("GET", "/work_pools/made%20here"), /404/);
  });

  test("a template is refused while it is none, and saved as JSON", () => onPage("/work-pools/work-pool/machines", async (page) => {
    await page.getByRole("region", { name: "Job defaults" }).getByRole("button", { name: "Change" }).click();
    await dialog(page).getByLabel("Working Directory").fill("/srv/other");
    await dialog(page).getByRole("button", { name: "Edit the whole template as JSON" }).click();
    const text = dialog(page).getByLabel("Base job template");
    const template = await text.inputValue();
    assert.equal(JSON.parse(template).variables.properties.working_dir.default, "/srv/other");
    await text.fill("[1]");
    await seen(dialog(page), /It has to be an object/);
    await dialog(page).getByRole("button", { name: "Save", disabled: true }).waitFor();
    await text.fill(template.replace("/srv/other", "/srv/json"));
    await confirm(page, "Save");
    await seen(main(page), "/srv/json");
  }));

  test("a pool that is not there says so", async () => {
    const page = await browser.newPage({});
    await page.goto(`${server.url}/work-pools/work-pool/none`);
    await seen(page, "There is nothing here");
    await page.context().close();
  });

  test("Ctrl-K leads to a pool", () => onPage("/variables", async (page) => {
    await seen(main(page), "bucket");
    await page.keyboard.press("Control+k");
    await dialog(page, "Find").getByRole("combobox", { name: "Find" }).fill("machin");
    await dialog(page, "Find").getByRole("option", { name: "machines", selected: true }).waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL(/work-pool\/machines/);
  }));
});

describe("concurrency limits", () => {
  test("a limit is opened, made, changed and deleted", () => onPage("/concurrency-limits", async (page) => {
    await main(page).getByRole("button", { name: "database", exact: true }).click();
    await page.waitForURL(/limit=/);
    await seen(page.getByRole("complementary", { name: "database" }), "holds-the-slot");
    await main(page).getByRole("button", { name: "New limit" }).click();
    await dialog(page).getByLabel("Of what").selectOption("tag");
    await dialog(page).getByLabel("Tag", { exact: true }).fill("network");
    await dialog(page).getByLabel("Slots", { exact: true }).fill("3");
    await confirm(page, "Make it");
    await main(page).getByRole("button", { name: "network", exact: true }).click();
    const panel = page.getByRole("complementary", { name: "network" });
    await seen(panel, "Has room");
    await panel.getByRole("button", { name: "Change" }).click();
    await dialog(page).getByLabel("Slots", { exact: true }).fill("0");
    await confirm(page, "Change it");
    await seen(panel, "Full");
    assert.equal((await server.api("GET", "/concurrency_limits/tag/network")).concurrency_limit, 0);
    await panel.getByRole("button", { name: "Delete" }).click();
    await confirm(page, "Delete");
    await main(page).getByRole("button", { name: "network", exact: true }).waitFor({ state: "detached" });
    await assert.rejects(server.api("GET", "/concurrency_limits/tag/network"), /404/);
  }));

  test("a flow is limited, which holds its runs back, and the limit is changed and deleted", async () => {
    const flow = await server.api("POST", "/flows/", { name: "busy-flow" });
    const { id: deployment } = await server.api("POST", "/deployments/", { name: "d", flow_id: flow.id, work_pool_name: "machines" });
    const run = (name) => server.api("POST", `/deployments/${deployment}/create_flow_run`, { name, state: { type: "SCHEDULED" } });
    const [first] = [await run("holds-the-flow"), await run("waits-for-the-flow")];
    await server.api("POST", `/flow_runs/${first.id}/set_state`, { state: { type: "RUNNING" }, force: true });
    await onPage("/concurrency-limits", async (page) => {
      await main(page).getByRole("button", { name: "Limit a flow" }).click();
      await dialog(page).getByLabel("Flow").fill("no-such-flow");
      await dialog(page).getByRole("button", { name: "Limit it" }).click();
      await dialog(page).getByRole("alert").getByText("There is no flow no-such-flow.").waitFor();
      await dialog(page).getByLabel("Flow").fill("busy-flow");
      await dialog(page).getByText(`prefect api PUT /reeve/flows/${flow.id}/limit --data '{"max_concurrent":1}'`).waitFor();
      await page.picture("own-limit-flow");
      await confirm(page, "Limit it");
      await main(page).getByRole("button", { name: "busy-flow", exact: true }).click();
      const panel = page.getByRole("complementary", { name: "busy-flow" });
      for (const text of ["1 waits", "holds-the-flow", "waits-for-the-flow", `prefect api GET /reeve/flows/${flow.id}/limit`]) await seen(panel, text);
      assert.deepEqual(await faultsInAllLooks(page, "limit-of-a-flow"), []);
      await panel.getByRole("button", { name: "Change" }).click();
      await dialog(page).getByLabel("Runs at once").fill("3");
      await confirm(page, "Change it");
      await seen(panel, "Has room");
      assert.equal((await server.api("GET", `/reeve/flows/${flow.id}/limit`)).max_concurrent, 3);
      await panel.getByRole("button", { name: "Delete" }).click();
      await confirm(page, "Delete");
      await main(page).getByRole("button", { name: "busy-flow", exact: true }).waitFor({ state: "detached" });
      await seen(page, "The limit of busy-flow is deleted");
    });
    assert.equal((await server.api("GET", `/reeve/flows/${flow.id}/limit`)).max_concurrent, null);
  });

  test("a name that is taken is told in the dialog", async () => {
    const page = await browser.newPage({});
    await page.goto(`${server.url}/concurrency-limits`);
    await main(page).getByRole("button", { name: "New limit" }).click();
    await dialog(page).getByLabel("Name", { exact: true }).fill("database");
    await dialog(page).getByRole("button", { name: "Make it" }).click();
    await dialog(page).getByRole("alert").waitFor();
    await page.context().close();
  });
});

describe("variables", () => {
  test("one is made, found, changed to JSON and deleted", () => onPage("/variables", async (page) => {
    await main(page).getByRole("button", { name: "New variable" }).click();
    await dialog(page).getByLabel("Name", { exact: true }).fill("made_here");
    await dialog(page).getByLabel("Value", { exact: true }).fill("[1]");
    await dialog(page).getByLabel("Tags", { exact: true }).fill("a, b");
    await confirm(page, "Make it");
    await main(page).getByLabel("Part of a name").fill("made");
    await page.waitForURL(/name=made/);
    await main(page).getByRole("button", { name: "limits", exact: true }).waitFor({ state: "detached" });
    const read = () => server.api("GET", "/variables/name/made_here");
    assert.deepEqual((({ value, tags }) => ({ value, tags }))(await read()), { value: "[1]", tags: ["a", "b"] });
    await main(page).getByRole("button", { name: "made_here", exact: true }).click();
    await dialog(page).getByLabel("Kind of value").selectOption("json");
    await dialog(page).getByLabel("Value", { exact: true }).fill('{"a": ');
    await dialog(page).getByRole("button", { name: "Change it", disabled: true }).waitFor();
    await dialog(page).getByLabel("Value", { exact: true }).fill('{"a": [true, null]}');
    await confirm(page, "Change it");
    await seen(main(page), '{"a":[true,null]}');
    assert.deepEqual((await read()).value, { a: [true, null] });
    await main(page).getByRole("button", { name: "made_here", exact: true }).click();
    await dialog(page).getByRole("button", { name: "Delete", exact: true }).click();
    await confirm(page, "Delete it for good");
    await seen(main(page), "No variable has such a name");
    await assert.rejects(read(), /404/);
  }));

  test("one that others make appears by itself", () => onPage("/variables", async (page) => {
    await page.locator('[data-liveness="live"]').waitFor();
    await server.api("POST", "/variables/", { name: "from_elsewhere", value: 1 });
    await seen(main(page), "from_elsewhere");
  }));
});

describe("artifacts", () => {
  test("are found by key and kind", () => onPage("/artifacts", async (page) => {
    await main(page).getByLabel("Kind", { exact: true }).selectOption("table");
    await page.waitForURL(/type=table/);
    await main(page).getByText("report").waitFor({ state: "detached" });
    await main(page).getByRole("link", { name: "numbers" }).click();
    await seen(main(page), "video-0");
    assert.ok(await rows(page).count() < 100, "all rows are drawn");
  }));

  test("versions lead to each other, and the newest is what is deleted last", () => onPage("/artifacts/key/report", async (page) => {
    await seen(main(page), "Captions of today");
    await page.locator(".artifact-versions a").nth(1).click();
    await page.getByRole("heading", { name: "The first" }).waitFor();
    await main(page).getByRole("button", { name: "Delete this artifact" }).click();
    await confirm(page, "Delete");
    await page.waitForURL(/key\/report/);
    await seen(main(page), "Captions of today");
    await page.locator(".artifact-versions").waitFor({ state: "detached" });
  }));

  test("nothing in a text runs, and only safe addresses are links", () => onPage("/artifacts/key/report", async (page) => {
    await seen(main(page), "Captions of today");
    assert.equal(await page.locator(".markdown script").count(), 0);
    assert.equal(await page.locator(".markdown b").count(), 0);
    assert.deepEqual(await page.locator(".markdown a").evaluateAll((links) => links.map((link) => link.href)), ["https://example.org/captions"]);
    assert.match(await page.title(), /^report/);
  }));

  test("one is downloaded as it is", () => onPage("/artifacts/key/report", async (page) => {
    const [download] = await Promise.all([page.waitForEvent("download"), main(page).getByRole("button", { name: "Download" }).click()]);
    assert.equal(download.suggestedFilename(), "report.md");
  }));

  test("a run's artifacts lead to them", () => onPage(`/runs/flow-run/${things.holds.id}?tab=artifacts`, async (page) => {
    await main(page).getByRole("link", { name: "upload" }).click();
    await seen(main(page), "42.5 %");
  }));
});
