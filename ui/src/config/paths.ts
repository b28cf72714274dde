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
  design: "/_design",
} as const;
