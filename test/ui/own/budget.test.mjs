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

/** The files that index.html names for the page of a path, with those of all pages. */
function named(path) {
  const lines = readFileSync(join(dist, "index.html"), "utf8").split("\n").filter((line) => !line.includes("data-for=") || line.includes(`data-for="${path}"`));
  return [...lines.join("\n").matchAll(/assets\/([\w.-]+)/g)].map(([, name]) => `${name}.gz`);
}

test("what the first page loads has at most 140 KB, and comes by the connections that a browser opens at once", () => {
  const first = named("/");
  assert.ok(first.some((name) => name.startsWith("home-")), first.join(", "));
  assert.ok(sum(first) <= 140_000, `${sum(first)} bytes`); // the issue's; test/ui/own/work.test.mjs holds what it is
  assert.ok(first.length <= 5, `it loads ${first.join(", ")}: what it shares with other pages goes into the shell (ui/vite.config.ts)`);
});

test("what any page loads has at most 140 KB", () => {
  const routes = new Set([...readFileSync(join(dist, "index.html"), "utf8").matchAll(/data-for="([^"]+)"/g)].map(([, path]) => path));
  assert.ok(routes.size > 20, [...routes].join(", "));
  assert.deepEqual([...routes].filter((path) => sum(named(path)) > 140_000), []);
});

test("nothing is loaded from elsewhere", () => {
  const index = readFileSync(join(dist, "index.html"), "utf8");
  assert.doesNotMatch(index, /(src|href)="(https?:)?\/\//);
});
