// What the interface costs a browser, in bytes as they are sent. The build is the same for all machines.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";

const dist = resolve(import.meta.dirname, "../../../ui/dist");
const assets = readdirSync(join(dist, "assets"));
const size = (name) => statSync(join(dist, "assets", name)).size;
const sum = (names) => names.reduce((total, name) => total + size(name), 0);

test("all JavaScript and CSS has at most 300 KB", () => {
  assert.ok(assets.length > 0 && assets.every((name) => name.endsWith(".gz")), "a file is not packed");
  assert.ok(sum(assets) <= 300_000, `${sum(assets)} bytes`);
});

test("what the first page loads has at most 140 KB", () => {
  const index = readFileSync(join(dist, "index.html"), "utf8");
  const first = [...index.matchAll(/assets\/([\w.-]+)/g)].map(([, name]) => `${name}.gz`);
  const home = assets.filter((name) => /^home-page/.test(name));
  assert.ok(first.length > 0 && home.length > 0);
  const shared = assets.filter((name) => !/-page/.test(name)); // whatever any page shares
  const names = [...new Set([...first, ...home, ...shared])];
  assert.ok(sum(names) <= 140_000, `${sum(names)} bytes`);
});

test("nothing is loaded from elsewhere", () => {
  const index = readFileSync(join(dist, "index.html"), "utf8");
  assert.doesNotMatch(index, /(src|href)="(https?:)?\/\//);
});
