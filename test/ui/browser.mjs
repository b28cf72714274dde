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

/** Starts Chromium. Its tabs share one cache; a tab with options (colours, size) has a cache of its own. */
export async function launch() {
  const executablePath = candidates.find((path) => path && existsSync(path));
  if (!executablePath) throw new Error("no Chromium: apt-get install chromium, or name it in CHROMIUM");
  mkdirSync(artifacts, { recursive: true });
  const browser = await chromium.launch({ executablePath, headless: true, args: flags });
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  const newPage = async (options) => (await (options ? browser.newContext(options) : context)).newPage();
  return { newPage, close: () => browser.close() };
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
