// Measures both interfaces over the same month and writes docs/ui/README.md, which shows the pictures too.
// usage: REEVE_UI=FOLDER node test/ui/pictures/compare.mjs
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { launch } from "../browser.mjs";
import { makeMonth } from "../own/month.mjs";
import { referenceBundle, startServer } from "../server.mjs";
import { measure } from "./measure.mjs";
import { readme } from "./readme.mjs";
import { furnish, routes } from "./routes.mjs";

const database = makeMonth(600);
const [ours, reference] = await Promise.all([startServer({ database }), startServer({ database, bundle: referenceBundle() })]);
const browser = await launch();
try {
  await Promise.all([furnish(ours), furnish(reference)]);
  const rows = [];
  for (const route of await routes(ours)) {
    const row = { ...route, ours: await measure(browser, ours, route.path, route.shows), reference: await measure(browser, reference, `/v2${route.reference}`, route.there) };
    console.log(row.title, row.ours, row.reference);
    rows.push(row);
  }
  writeFileSync(resolve(import.meta.dirname, "../../../docs/ui/README.md"), readme(rows));
} finally {
  await browser.close();
  await Promise.all([ours.stop(), reference.stop()]);
}
