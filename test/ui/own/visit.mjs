// How the tests of our interface look at a page.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { openPage } from "../browser.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Opens a path in a tab of its own, lets fn look at it, and wants neither failed requests nor messages on the console. */
export async function visit(browser, server, path, fn, options = {}) {
  const page = await openPage(browser, server, { strict: true, viewport: { width: 1440, height: 900 }, ...options });
  page.asked = [];
  page.on("request", (request) => {
    if (request.url().startsWith(`${server.url}/api`)) page.asked.push(`${request.method()} ${new URL(request.url()).pathname}`);
  });
  try {
    await page.goto(`${server.url}${path}`);
    await fn(page);
    assert.deepEqual(page.troubles, [], server.log().split("\n").slice(-5).join("\n"));
  } finally {
    await page.context().close();
  }
}

export const seen = (page, text) => page.getByText(text).filter({ visible: true }).first().waitFor();
export const main = (page) => page.locator("#main");

/** Wants a page to show texts, to have asked so many times, and to be without faults in all looks. */
export async function isFine(page, name, shows, asks = 1) {
  for (const text of shows) await seen(main(page), text);
  await page.waitForTimeout(150);
  assert.equal(page.asked.length, asks, `it asked ${page.asked.join(", ")}`);
  assert.deepEqual(await faultsInAllLooks(page, name), []);
}

const sizes = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };

/** Takes pictures of a page in both themes and sizes, and gives what is wrong with it in any of them. */
export async function faultsInAllLooks(page, name) {
  await page.evaluate(axe);
  const faults = [];
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await page.waitForTimeout(150);
      await page.picture(`own-${name}-${size}-${colorScheme}`);
      for (const fault of await faultsOf(page)) faults.push(`${size} ${colorScheme}: ${fault}`);
    }
  }
  return faults;
}

/** What axe finds serious, and whether the page is wider than the screen. */
async function faultsOf(page) {
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] }));
  return [
    ...(wider > 0 ? [`the page is ${wider} px wider than the screen`] : []),
    ...violations.filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 2).map((n) => `${n.html.slice(0, 120)} ${n.failureSummary}`).join(" | ")}`),
  ];
}
