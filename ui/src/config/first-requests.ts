import type { paths } from "./paths";

/**
 * What a page asks the API for first where that follows from its path alone. The server names it in the page that it sends, so
 * that it is asked for together with the scripts; the page's own request is then answered by it, as browsers do.
 */
export const firstRequests: Partial<Record<keyof typeof paths, string>> = {
  home: "/reeve/home",
  run: "/reeve/flow_runs/$id/overview",
  flow: "/reeve/flows/$id/overview",
  deployment: "/reeve/deployments/$id/overview",
  pools: "/reeve/work_pools",
  pool: "/reeve/work_pools/$name/overview",
  limits: "/reeve/concurrency_limits",
  automation: "/reeve/automations/$id/overview",
  event: "/reeve/events/$id/overview",
  block: "/reeve/block_documents/$id/overview",
  approvals: "/reeve/approvals",
  webhook: "/reeve/webhooks/$id",
  settings: "/reeve/settings",
};
