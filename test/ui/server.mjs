// The server under test, in a folder of its own, and what the pages are to show.
import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const binary = resolve(process.env.REEVE_BIN ?? "bin/reeve");

/** The folder of the reference's bundle. */
export function referenceBundle() {
  const bundle = process.env.REEVE_UI;
  if (!bundle) throw new Error("REEVE_UI must name the folder of the UI bundle");
  return resolve(bundle);
}

/**
 * Starts a server: on a new database or a copy of one, with our interface or a bundle, and with settings of the environment.
 * With a reeve.toml it is one of reeve up, which takes webhooks.
 */
export async function startServer({ bundle, database, toml, env = {} } = {}) {
  const api = env.PREFECT_SERVER_API_BASE_PATH ?? "/api";
  const folder = mkdtempSync(join(tmpdir(), "reeve-ui-"));
  const port = await freePort();
  if (database) copyFileSync(database, join(folder, "ui.db"));
  const log = openSync(join(folder, "server.log"), "a");
  const child = spawn(
    binary,
    [...(toml ? upOf(folder, toml) : ["server", "start"]), "--host", "127.0.0.1", "--port", String(port),
      "--database", join(folder, "ui.db"), ...(bundle ? ["--ui-directory", bundle] : [])],
    { cwd: folder, stdio: ["ignore", log, log], env: { ...process.env, ...env } },
  );
  const secret = env.PREFECT_SERVER_API_AUTH_STRING;
  const server = {
    url: `http://127.0.0.1:${port}`,
    log: () => readFileSync(join(folder, "server.log"), "utf8"),
    async stop() {
      child.kill("SIGTERM");
      if (child.exitCode === null) await new Promise((ended) => child.once("exit", ended));
      rmSync(folder, { recursive: true, force: true });
    },
    /** Sends JSON to the API; gives the answer's body. */
    async api(method, path, body) {
      const answer = await fetch(`${server.url}${api}${path}`, {
        method,
        headers: { "content-type": "application/json", ...(secret && { authorization: `Basic ${btoa(secret)}` }) },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return text ? JSON.parse(text) : null;
    },
  };
  for (let tries = 0; ; tries++) {
    try {
      await server.api("GET", "/health");
      return server;
    } catch (error) {
      if (child.exitCode !== null || tries > 200) throw new Error(`${error}\n${server.log()}`);
      await sleep(25);
    }
  }
}

/** Has reeve up serve a reeve.toml without flows, for which it needs no Python that works. */
function upOf(folder, toml) {
  writeFileSync(join(folder, "reeve.toml"), toml);
  writeFileSync(join(folder, "python"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  return ["up", "--config", join(folder, "reeve.toml"), "--python", join(folder, "python")];
}

function freePort() {
  return new Promise((found) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => found(port));
    });
  });
}

/** A flow with a deployment on a pool with a worker, and runs in several states. */
export async function furnish({ api }) {
  await api("POST", "/work_pools/", { name: "ui-pool", type: "process", concurrency_limit: 5 });
  const beat = () => api("POST", "/work_pools/ui-pool/workers/heartbeat", { name: "ui-worker", heartbeat_interval_seconds: 30 });
  await beat();
  setInterval(() => beat().catch(() => {}), 10_000).unref();
  const flow = await api("POST", "/flows/", { name: "ui-flow", tags: ["shown"] });
  const deployment = await api("POST", "/deployments/", {
    name: "ui-deployment",
    flow_id: flow.id,
    work_pool_name: "ui-pool",
    tags: ["shown"],
    parameters: { count: 3 },
    parameter_openapi_schema: {
      type: "object", title: "Parameters",
      properties: { count: { title: "count", type: "integer", default: 1, position: 0 } },
    },
    schedules: [{ schedule: { interval: 3600 }, active: true }],
    entrypoint: "flow.py:ui_flow",
  });
  // The dashboard counts up to the last full minute.
  const due = new Date(Date.now() - 5 * 60_000).toISOString();
  const run = async (name, ...states) => {
    const made = await api("POST", `/deployments/${deployment.id}/create_flow_run`, {
      name, state: { type: "SCHEDULED", state_details: { scheduled_time: due } },
    });
    for (const state of states) {
      await api("POST", `/flow_runs/${made.id}/set_state`, { state: { type: state, message: `it is ${state}` }, force: true });
    }
    return made;
  };
  const completed = await run("run-that-completed", "PENDING", "RUNNING", "COMPLETED");
  await run("run-that-failed", "PENDING", "RUNNING", "FAILED");
  await run("run-that-runs", "PENDING", "RUNNING");
  const task = await api("POST", "/task_runs/", {
    flow_run_id: completed.id, task_key: "step", dynamic_key: "0", name: "step-0", state: { type: "RUNNING" },
  });
  await api("POST", `/task_runs/${task.id}/set_state`, { state: { type: "COMPLETED" }, force: true });
  await api("POST", "/logs/", ["first line of the log", "last line of the log"].map((message, i) => ({
    name: "prefect.flow_runs", level: i ? 40 : 20, message, flow_run_id: completed.id,
    timestamp: new Date(Date.now() + i).toISOString(),
  })));
  await api("POST", "/artifacts/", {
    key: "ui-report", type: "markdown", data: "# A report", flow_run_id: completed.id,
  });
  await api("POST", "/variables/", { name: "ui_variable", value: "shown", tags: ["shown"] });
  return { flow, deployment, completed };
}
