// Takes the pictures of docs/ui: both interfaces over the same month.
// usage: REEVE_UI=FOLDER node test/ui/pictures/take.mjs
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { launch, openPage } from "../browser.mjs";
import { makeMonth } from "../own/month.mjs";
import { referenceBundle, startServer } from "../server.mjs";
import { furnish, routes } from "./routes.mjs";

const folder = resolve(import.meta.dirname, "../../../docs/ui");
const sizes = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };
const mostBytes = 1_500_000;

mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder).filter((each) => each.endsWith(".webp"))) rmSync(join(folder, name));
const database = makeMonth(600);
const [ours, reference] = await Promise.all([startServer({ database }), startServer({ database, bundle: referenceBundle() })]);
const browser = await launch();
try {
  await Promise.all([furnish(ours), furnish(reference)]);
  const all = await routes(ours);
  for (const route of all) for (const size of Object.keys(sizes)) for (const colorScheme of ["light", "dark"]) await takeOurs(route, size, colorScheme);
  for (const route of all) await take(reference, `/v2${route.reference}`, route.there, `reference-${route.name}`, { viewport: sizes.wide, colorScheme: "light" }, 50);
} finally {
  await browser.close();
  await Promise.all([ours.stop(), reference.stop()]);
}
const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
if (bytes > mostBytes) throw new Error(`docs/ui has ${bytes} bytes, more than ${mostBytes}`);
console.log(`docs/ui has ${bytes} bytes`);

function takeOurs({ name, path, shows }, size, colorScheme) {
  return take(ours, path, shows, `${name}-${size}-${colorScheme}`, { viewport: sizes[size], colorScheme }, 55);
}

async function take(server, path, text, name, options, quality) {
  const page = await openPage(browser, server, { ...options, reducedMotion: "reduce" });
  await page.goto(`${server.url}${path}`);
  await page.getByText(text).filter({ visible: true }).first().waitFor();
  await page.waitForTimeout(700); // what follows the first answer
  const cdp = await page.context().newCDPSession(page);
  const { data } = await cdp.send("Page.captureScreenshot", { format: "webp", quality });
  writeFileSync(join(folder, `${name}.webp`), Buffer.from(data, "base64"));
  await page.context().close();
}
