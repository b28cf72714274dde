import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** Leaves the files of the build packed: the binary carries them, and sends them, as they are. */
function pack(): Plugin {
  return {
    name: "pack",
    apply: "build",
    closeBundle() {
      const folder = fileURLToPath(new URL("dist/assets", import.meta.url));
      for (const name of readdirSync(folder)) {
        const path = join(folder, name);
        const packed = gzipSync(readFileSync(path), { level: 9 });
        writeFileSync(`${path}.gz`, packed);
        rmSync(path);
      }
    },
  };
}

/**
 * Names in index.html what the first page needs besides, so that a slow line brings it along with the rest. The server
 * leaves these lines out of other pages (internal/ui/own.go).
 */
function nameFirstPage(): Plugin {
  return {
    name: "name-first-page",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(html, { bundle }) {
        const chunks = Object.values(bundle ?? {}).filter((each) => each.type === "chunk");
        const first = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith("/home-page.tsx"));
        if (!first) throw new Error("the first page has no chunk of its own");
        const named = new Set<string>();
        const collect = (file: string): void => {
          const chunk = chunks.find(({ fileName }) => fileName === file);
          if (!chunk || named.has(file) || html.includes(file)) return;
          named.add(file);
          for (const css of chunk.viteMetadata?.importedCss ?? []) named.add(css);
          chunk.imports.forEach(collect);
        };
        collect(first.fileName);
        const lines = [...named].filter((file) => !html.includes(file)).map((file) =>
          (file.endsWith(".css") ? `<link rel="preload" as="style" crossorigin data-first href="./${file}" />` : `<link rel="modulepreload" crossorigin data-first href="./${file}" />`));
        return html.replace("</head>", `  ${lines.join("\n    ")}\n  </head>`);
      },
    },
  };
}

// Written for React and run by Preact: half the bytes, and the same tests pass (docs/ARCHITECTURE.md has the figures).
const preact = [
  { find: /^react$/, replacement: "preact/compat" },
  { find: /^react-dom$/, replacement: "preact/compat" },
  { find: /^react-dom\/client$/, replacement: "preact/compat/client" },
  { find: /^react\/jsx-runtime$/, replacement: "preact/jsx-runtime" },
  { find: /^react\/jsx-dev-runtime$/, replacement: "preact/jsx-runtime" },
];

export default defineConfig({
  base: "./",
  plugins: [pack(), nameFirstPage()],
  resolve: { alias: [...preact, { find: /^@\//, replacement: fileURLToPath(new URL("src/", import.meta.url)) }] },
  build: {
    target: "es2022", modulePreload: { polyfill: false }, assetsInlineLimit: 0,
    // "use client" of libraries says nothing here.
    rolldownOptions: { onLog: (level, log, print) => { if (log.code !== "MODULE_LEVEL_DIRECTIVE") print(level, log); } },
  },
  server: { proxy: { "/api": { target: process.env.REEVE_URL ?? "http://127.0.0.1:4200", ws: true } } },
  test: { include: ["src/**/*.test.ts"] },
});
