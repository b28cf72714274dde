// A page that notes what goes wrong on it, and takes its picture.
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const candidates = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const flags = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
const artifacts = join(import.meta.dirname, "artifacts");

/** What is slowed down to find tests that hold by luck (REEVE_UI_SLOW): whoever looks, the page's own work, or what it asks. */
const slow = process.env.REEVE_UI_SLOW ?? "";
if (!["", "hand", "cpu", "api"].includes(slow)) throw new Error(`REEVE_UI_SLOW is hand, cpu or api, not ${slow}`);

/** Starts Chromium. Its tabs share one cache; a tab with options (colours, size) has a cache of its own. */
export async function launch() {
  const executablePath = candidates.find((path) => path && existsSync(path));
  if (!executablePath) throw new Error("no Chromium: apt-get install chromium, or name it in CHROMIUM");
  mkdirSync(artifacts, { recursive: true });
  const browser = await chromium.launch({ executablePath, headless: true, args: flags, slowMo: slow === "hand" ? 150 : 0 });
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  const newPage = async (options) => slowedDown(await (await (options ? browser.newContext(options) : context)).newPage());
  return { newPage, close: () => browser.close() };
}

async function slowedDown(page) {
  if (slow === "cpu") await (await page.context().newCDPSession(page)).send("Emulation.setCPUThrottlingRate", { rate: 4 });
  if (slow === "api") await page.route(/\/api\//, (route) => setTimeout(() => route.fallback().catch(() => {}), 300));
  return page;
}

/** A tab that may only talk to the server. `page.troubles` collects failed requests to the API and script errors. */
export async function openPage(browser, server, options) {
  const page = await browser.newPage(options);
  page.troubles = [];
  page.setDefaultTimeout(20_000);
  await page.route((url) => url.origin !== server.url, (route) => route.abort());
  page.on("response", (answer) => {
    if (answer.status() >= 400 && answer.url().startsWith(`${server.url}/api`)) {
      page.troubles.push(`${answer.status()} ${answer.request().method()} ${answer.url()} ${answer.request().postData() ?? ""}`);
    }
  });
  page.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText;
    // A request that the page itself gives up on when it is left is no failure.
    if (request.url().startsWith(`${server.url}/api`) && reason !== "net::ERR_ABORTED") {
      page.troubles.push(`${reason} ${request.method()} ${request.url()}`);
    }
  });
  page.on("console", (message) => {
    if (options?.strict && ["error", "warning"].includes(message.type())) page.troubles.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => page.troubles.push(`script error: ${error.message}`));
  page.picture = (name) => page.screenshot({ path: join(artifacts, `${name}.png`) });
  return page;
}
