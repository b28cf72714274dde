/**
 * The URL of every page, in one place. Where the reference has a page for the same thing its path is ours, so that
 * the links which its command line prints lead here.
 */
export const paths = {
  home: "/",
  dashboard: "/dashboard",
  runs: "/runs",
  run: "/runs/flow-run/$id",
  flows: "/flows",
  flow: "/flows/flow/$id",
  deployments: "/deployments",
  deployment: "/deployments/deployment/$id",
  pools: "/work-pools",
  newPool: "/work-pools/create",
  pool: "/work-pools/work-pool/$name",
  limits: "/concurrency-limits",
  variables: "/variables",
  artifacts: "/artifacts",
  artifactKey: "/artifacts/key/$name",
  artifact: "/artifacts/artifact/$id",
  automations: "/automations",
  newAutomation: "/automations/create",
  automation: "/automations/automation/$id",
  editAutomation: "/automations/automation/$id/edit",
  deliveries: "/automations/deliveries",
  blockCatalogue: "/blocks/catalog",
  design: "/_design",
} as const;
