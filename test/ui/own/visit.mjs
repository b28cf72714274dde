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
  noteWhatItAsks(page, `${server.url}/api`);
  try {
    await page.goto(`${server.url}${path}`);
    await fn(page);
    assert.deepEqual(page.troubles, [], server.log().split("\n").slice(-5).join("\n"));
  } finally {
    await page.context().close();
  }
}

/**
 * Collects in page.asked what a page asks for. What it read long ago and reads again, since something changed or may
 * have, is left out: how often it does is a matter of how long the test takes.
 */
function noteWhatItAsks(page, api) {
  const answered = new Map();
  const name = (request) => `${request.method()} ${new URL(request.url()).pathname}`;
  const whole = (request) => `${request.method()} ${request.url()} ${request.postData()}`;
  page.on("requestfinished", (request) => answered.set(whole(request), Date.now()));
  page.on("request", (request) => {
    const again = Date.now() - answered.get(whole(request)) > 900; // the page leaves at least a second between two readings
    if (request.url().startsWith(api) && !again) page.asked.push(name(request));
  });
}

/** Waits until a text can be seen in a page or a part of one. */
export const seen = (page, text) => page.getByText(text).filter({ visible: true }).first().waitFor();

// Names occur more than once on a page, or do once the rest of it has arrived: tests look for them in a part of it.
export const main = (page) => page.locator("#main");
export const nav = (page) => page.locator(".nav");
export const rows = (page) => main(page).locator("[data-index]");
export const dialog = (page, name) => page.getByRole("dialog", name === undefined ? {} : { name });
/** The button of a filter, whose name a column of the table may have too. */
export const facet = (page, name) => main(page).getByRole("search").getByRole("button", { name, exact: true });

/** Waits until a page has so many rows. */
export const hasRows = (page, count) => page.waitForFunction((count) => document.querySelectorAll("#main [data-index]").length === count, count);
/** Waits until the title of a page is this. */
export const titled = (page, title) => page.waitForFunction((title) => document.title === title, title);

/** Presses what a dialog is for, and waits until it is gone: it may say what the page is to show. */
export async function confirm(page, name) {
  await dialog(page).getByRole("button", { name, exact: true }).click();
  await dialog(page).waitFor({ state: "hidden" });
}

/** Picks what stands under "More actions". */
export async function act(page, name) {
  await main(page).getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name }).click();
}

/** Wants a page to show texts, to have asked so many times, and to be without faults in all looks. */
export async function isFine(page, name, shows, asks = 1) {
  for (const text of shows) await seen(main(page), text);
  await page.waitForTimeout(150); // for what it might ask besides
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
