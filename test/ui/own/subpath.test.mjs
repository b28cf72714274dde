// Our interface below a path of a proxy, whether the proxy takes the path off or sends it on.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "../browser.mjs";
import { furnish, startServer } from "../server.mjs";
import { startProxy } from "./proxy.mjs";
import { main, seen, visit } from "./visit.mjs";

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());

const proxies = {
  "a proxy that sends the path on": { env: {}, strips: false },
  "a proxy that takes the path off": { env: {}, strips: true },
  "a proxy that sends the path on, to an API with the path": { env: { PREFECT_SERVER_API_BASE_PATH: "/prefect/api" }, strips: false },
};

for (const [name, { env, strips }] of Object.entries(proxies)) {
  test(name, async () => {
    const server = await startServer({ env: { PREFECT_SERVER_UI_SERVE_BASE: "/prefect", ...env } });
    const proxy = await startProxy(server, "/prefect", strips);
    try {
      const { flow, completed } = await furnish(server);
      const begin = `${proxy.url}/prefect`;
      await visit(browser, { ...server, url: proxy.url }, "/prefect/runs?when=any", async (page) => {
        const asked = [];
        page.on("request", (request) => asked.push(request.url()));
        page.on("websocket", (socket) => asked.push(socket.url().replace(/^ws/, "http")));
        await page.reload();
        await page.locator('[data-liveness="live"]').waitFor();
        await server.api("POST", "/flow_runs/", { flow_id: flow.id, name: "it-just-began", state: { type: "RUNNING" } });
        await seen(main(page), "it-just-began");
        await main(page).getByRole("link", { name: "run-that-completed" }).click();
        await page.waitForURL(`${begin}/runs/flow-run/${completed.id}`);
        await page.reload();
        await page.getByRole("log").getByText("first line of the log").waitFor();
        await page.goto(`${begin}/v2/flows/flow/${flow.id}`);
        await page.waitForURL(`${begin}/flows/flow/${flow.id}`);
        await page.goto(begin);
        await seen(main(page), "Runs now");
        assert.deepEqual(asked.filter((url) => url !== begin && !url.startsWith(`${begin}/`)), []);
        assert.ok(asked.some((url) => url.includes("/events/out")), "there was no websocket");
      });
    } finally {
      proxy.stop();
      await server.stop();
    }
  });
}

test("the server itself, past its proxy", async () => {
  const server = await startServer({ env: { PREFECT_SERVER_UI_SERVE_BASE: "/prefect" } });
  try {
    await visit(browser, server, "/variables", async (page) => {
      await page.waitForURL(`${server.url}/prefect/variables`);
      await page.getByRole("heading", { level: 1, name: "Variables" }).waitFor();
    });
  } finally {
    await server.stop();
  }
});
