// What is shown of both interfaces: where it is, and what is on it once it can be read.

/** Adds what the month does not have: an automation, and a block that it could tell. */
export async function furnish({ api }) {
  await api("POST", "/automations/", {
    name: "tells-of-failures", description: "Whoever is on call hears of runs that fail in production.",
    trigger: { type: "event", posture: "Reactive", expect: ["prefect.flow-run.Failed", "prefect.flow-run.Crashed"], match: { "prefect.resource.id": "prefect.flow-run.*" }, threshold: 1, within: 0 },
    actions: [{ type: "pause-deployment", source: "inferred" }],
  });
  const type = await api("GET", "/block_types/slug/slack-webhook");
  const [schema] = await api("POST", "/block_schemas/filter", { block_schemas: { block_type_id: { any_: [type.id] } } });
  await api("POST", "/block_documents/", { name: "on-call", block_type_id: type.id, block_schema_id: schema.id, data: { url: "https://hooks.slack.com/services/T0/B0/x" } });
}

/** Our pages, with the page of the reference for the same thing where it is among its ten main ones. */
export async function routes({ api }) {
  const [run] = (await api("POST", "/reeve/flow_runs/rows", { flow_runs: { state: { type: { any_: ["FAILED"] } } }, flows: { name: { any_: ["caption-video"] } }, sort: "START_TIME_DESC", limit: 1 })).rows;
  const [deployment] = await api("POST", "/deployments/filter", { flows: { name: { any_: ["caption-video"] } }, limit: 1 });
  const [pool] = await api("POST", "/work_pools/filter", {});
  const [automation] = await api("POST", "/automations/filter", {});
  return [
    { name: "home", title: "Home", path: "/", shows: "Runs now", reference: "/dashboard", there: "Task Runs" },
    { name: "runs", title: "Runs", path: "/runs", shows: "Flow runs", reference: "/runs", there: "Flow runs" },
    { name: "run", title: "A run that failed", path: `/runs/flow-run/${run.id}`, shows: "First error", reference: `/runs/flow-run/${run.id}`, there: run.name },
    { name: "flows", title: "Flows", path: "/flows", shows: "caption-video", reference: "/flows", there: "caption-video" },
    { name: "deployments", title: "Deployments", path: "/deployments", shows: deployment.name, reference: "/deployments", there: deployment.name },
    { name: "deployment", title: "A deployment", path: `/deployments/deployment/${deployment.id}`, shows: "Schedules", reference: `/deployments/deployment/${deployment.id}`, there: deployment.name },
    { name: "pools", title: "Work pools", path: "/work-pools", shows: pool.name, reference: "/work-pools", there: pool.name },
    { name: "automations", title: "Automations", path: "/automations", shows: automation.name, reference: "/automations", there: automation.name },
    { name: "events", title: "Events", path: "/events", shows: "events", reference: "/events", there: "Event Feed" },
    { name: "blocks", title: "Blocks", path: "/blocks", shows: "on-call", reference: "/blocks", there: "on-call" },
  ];
}
