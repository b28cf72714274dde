import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { firstRequests } from "./src/config/first-requests.ts";
import { paths } from "./src/config/paths.ts";

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
 * Names in index.html what the page of each route needs besides, so that a slow line brings it along with the rest: its
 * scripts and styles, and the answer that it shows. The server leaves the lines of all other routes out (internal/ui/pages.go).
 */
function nameParts(): Plugin {
  return {
    name: "name-parts",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(html, { bundle }) {
        const chunks = Object.values(bundle ?? {}).filter((each) => each.type === "chunk");
        const line = (text: string, route: Route) => `    <link ${text} crossorigin data-for="${paths[route]}" />\n`;
        const parts = routes().flatMap(({ route, module }) => {
          const page = chunks.find(({ moduleIds }) => moduleIds.some((id) => id.endsWith(module)));
          if (!page) throw new Error(`${module} has no chunk`);
          const named = new Set<string>();
          const collect = (file: string): void => {
            const chunk = chunks.find(({ fileName }) => fileName === file);
            if (!chunk || named.has(file)) return;
            named.add(file);
            for (const css of chunk.viteMetadata?.importedCss ?? []) named.add(css);
            chunk.imports.forEach(collect);
          };
          collect(page.fileName);
          const asks = firstRequests[route];
          return [
            ...(asks === undefined ? [] : [line(`rel="preload" as="fetch" data-api="${asks}"`, route)]),
            ...[...named].filter((file) => !html.includes(file)).map((file) => line(`${file.endsWith(".css") ? 'rel="preload" as="style"' : 'rel="modulepreload"'} href="./${file}"`, route)),
          ];
        });
        // What asks first waits neither for styles nor for the rest.
        const early = html.replace(/<script (type="module" crossorigin src="[^"]*\/first-)/, "<script async $1");
        if (early === html) throw new Error("index.html does not load src/first.ts");
        return early.replace("  </head>", `${parts.join("")}  </head>`);
      },
    },
  };
}

type Route = keyof typeof paths;

/** The routes with the modules of their pages, as src/app/routes.ts has them. */
function routes(): { route: Route; module: string }[] {
  const router = readFileSync(new URL("src/app/routes.ts", import.meta.url), "utf8");
  const found = [...router.matchAll(/route\(paths\.(\w+), \(\) => import\("@(\/features\/[^"]+)"\)/g)];
  if (found.length === 0) throw new Error("src/app/routes.ts has no pages");
  return found.map(([, route, module]) => ({ route: route as Route, module: `${module ?? ""}.tsx` }));
}

/**
 * What makes one chunk. A browser opens six connections to a server over HTTP/1.1 and each request costs a slow line's round:
 * a page comes as what asks first, the shell, what several pages share, its own part and their styles.
 */
const chunks = [
  { name: "first", priority: 4, test: /\/src\/(first\.ts|app\/first-asks\.ts|api\/(client|early|errors|password)\.ts|config\/.*\.ts|lib\/(browser|length|read-only|time|router\/address)\.ts|api\/types\.ts|features\/(runs|flows|deployments|events)\/filters\.ts|features\/runs\/saved\.ts)$|^\0|rolldown\/runtime/ },
  { name: "shell", priority: 3, test: /\/src\/(main\.tsx$|components\/(page|status|state-badge|time|resend)\.tsx$|components\/.*\.css$|lib\/(bytes|copies|action-kinds|states)\.ts$|api\/(change-runs|resend-delivery)\.ts$)|\/react-query\/.*\/useMutation\.js$/ },
  { name: "home", priority: 2, test: /\/src\/features\/home\// },
  { name: "shared", priority: 1, minShareCount: 2, test: /\/src\/(components|lib|api)\/|\/node_modules\// },
];

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
  plugins: [pack(), nameParts()],
  resolve: { alias: [...preact, { find: /^@\//, replacement: fileURLToPath(new URL("src/", import.meta.url)) }] },
  build: {
    target: "es2022", modulePreload: { polyfill: false }, assetsInlineLimit: 0,
    // "use client" of libraries says nothing here.
    rolldownOptions: { output: { codeSplitting: { groups: chunks } }, onLog: (level, log, print) => { if (log.code !== "MODULE_LEVEL_DIRECTIVE") print(level, log); } },
  },
  server: { proxy: { "/api": { target: process.env.REEVE_URL ?? "http://127.0.0.1:4200", ws: true } } },
  test: { include: ["src/**/*.test.ts"] },
});
