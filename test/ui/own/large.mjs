// Runs that are larger than anybody looks at in one piece, made by the API.
import { randomUUID } from "node:crypto";

/** A run that has ended with so many tasks, one after another, four at a time. */
export async function runWithTasks({ api }, count) {
  const { id: flow_id } = await api("POST", "/flows/", { name: "large-flow" });
  const run = await api("POST", "/flow_runs/", { flow_id, name: "with-many-tasks", state: { type: "RUNNING" } });
  const begin = Date.now(); // they end before the server has heard of all of them
  const id = { "prefect.resource.id": `prefect.flow-run.${run.id}`, "prefect.resource.role": "flow-run" };
  const events = [];
  for (let i = 0; i < count; i++) {
    const task = randomUUID();
    const at = (ms) => new Date(begin + Math.floor(i / 4) * 2 + ms).toISOString();
    let follows;
    for (const [type, ms] of [["PENDING", 0], ["RUNNING", 4], [i % 97 === 0 ? "FAILED" : "COMPLETED", 40]]) {
      const event = taskEvent(task, i, run.id, id, type, at(ms), follows);
      follows = event.id;
      events.push(event);
    }
  }
  for (let i = 0; i < events.length; i += 1500) await api("POST", "/events", events.slice(i, i + 1500));
  await until(async () => (await api("POST", "/task_runs/count", { task_runs: { flow_run_id: { any_: [run.id] }, state: { type: { any_: ["COMPLETED", "FAILED"] } } } })) >= count);
  await api("POST", `/flow_runs/${run.id}/set_state`, { state: { type: "COMPLETED" }, force: true });
  return run;
}

/** What the client says of a task run's state: the server makes the task run of it. */
function taskEvent(task, i, run, related, type, occurred, follows) {
  const name = type[0] + type.slice(1).toLowerCase();
  return {
    id: randomUUID(), occurred, event: `prefect.task-run.${name}`, follows: follows ?? null, related: [related],
    resource: { "prefect.resource.id": `prefect.task-run.${task}`, "prefect.resource.name": `step-${i}`, "prefect.state-message": "", "prefect.state-type": type, "prefect.state-name": name, "prefect.state-timestamp": occurred, "prefect.orchestration": "client" },
    payload: {
      intended: { from: null, to: type }, initial_state: null, validated_state: { type, name, message: "" },
      task_run: { task_key: "step", dynamic_key: String(i), name: `step-${i}`, empirical_policy: {}, tags: [], task_inputs: {}, cache_key: null, flow_run_id: run, estimated_run_time: 0 },
    },
  };
}

/** A run with so many lines of logs, some of them long. */
export async function runWithLogs({ api }, count) {
  const { id: flow_id } = await api("POST", "/flows/", { name: "large-flow" });
  const run = await api("POST", "/flow_runs/", { flow_id, name: "with-many-lines", state: { type: "COMPLETED" } });
  const begin = Date.now() - count;
  const line = (i) => ({
    name: "prefect.flow_runs", level: i % 500 === 499 ? 40 : 20, flow_run_id: run.id, timestamp: new Date(begin + i).toISOString(),
    message: `Frame ${i} is read${i % 50 === 0 ? `: ${"a longer remark about it ".repeat(12)}` : ""}`,
  });
  for (let i = 0; i < count; i += 2000) await api("POST", "/logs/", Array.from({ length: Math.min(2000, count - i) }, (_, n) => line(i + n)));
  return run;
}

async function until(done) {
  for (let tries = 0; tries < 600; tries++) {
    if (await done()) return;
    await new Promise((later) => setTimeout(later, 100));
  }
  throw new Error("the server did not get so far");
}
