import { type ErrorComponentProps, createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { statusOf } from "@/api/errors";
import { Empty, Failure } from "@/components/views";
import { paths } from "@/config/paths";
import { basePath } from "@/config/server";
import { Shell } from "./shell";

const root = createRootRoute({
  component: Shell,
  notFoundComponent: () => <Empty title="There is no such page" icon="search">The address is of no page of this server.</Empty>,
  errorComponent: Broken,
});

/** In the place of a page that failed. A part that did not arrive is asked for again by a new page alone. */
function Broken({ error, reset }: ErrorComponentProps) {
  const known = error instanceof Error ? error : new Error(String(error));
  return <Failure error={known} onRetry={statusOf(known) === 0 ? () => location.reload() : reset} />;
}

const parent = () => root;

const routes = [
  createRoute({ getParentRoute: parent, path: paths.home, component: lazyRouteComponent(() => import("@/features/home/home-page"), "HomePage") }),
  createRoute({ getParentRoute: parent, path: paths.runs, component: lazyRouteComponent(() => import("@/features/runs/runs-page"), "RunsPage") }),
  createRoute({ getParentRoute: parent, path: paths.run, component: lazyRouteComponent(() => import("@/features/run/run-page"), "RunPage") }),
  createRoute({ getParentRoute: parent, path: paths.flows, component: lazyRouteComponent(() => import("@/features/flows/flows-page"), "FlowsPage") }),
  createRoute({ getParentRoute: parent, path: paths.flow, component: lazyRouteComponent(() => import("@/features/flows/flow-page"), "FlowPage") }),
  createRoute({ getParentRoute: parent, path: paths.deployments, component: lazyRouteComponent(() => import("@/features/deployments/deployments-page"), "DeploymentsPage") }),
  createRoute({ getParentRoute: parent, path: paths.deployment, component: lazyRouteComponent(() => import("@/features/deployments/deployment-page"), "DeploymentPage") }),
  createRoute({ getParentRoute: parent, path: paths.pools, component: lazyRouteComponent(() => import("@/features/pools/pools-page"), "PoolsPage") }),
  createRoute({ getParentRoute: parent, path: paths.newPool, component: lazyRouteComponent(() => import("@/features/pools/new-pool-page"), "NewPoolPage") }),
  createRoute({ getParentRoute: parent, path: paths.pool, component: lazyRouteComponent(() => import("@/features/pools/pool-page"), "PoolPage") }),
  createRoute({ getParentRoute: parent, path: paths.limits, component: lazyRouteComponent(() => import("@/features/concurrency/limits-page"), "LimitsPage") }),
  createRoute({ getParentRoute: parent, path: paths.variables, component: lazyRouteComponent(() => import("@/features/variables/variables-page"), "VariablesPage") }),
  createRoute({ getParentRoute: parent, path: paths.artifacts, component: lazyRouteComponent(() => import("@/features/artifacts/artifacts-page"), "ArtifactsPage") }),
  createRoute({ getParentRoute: parent, path: paths.artifactKey, component: lazyRouteComponent(() => import("@/features/artifacts/artifact-page"), "ArtifactKeyPage") }),
  createRoute({ getParentRoute: parent, path: paths.artifact, component: lazyRouteComponent(() => import("@/features/artifacts/artifact-page"), "ArtifactPage") }),
  createRoute({ getParentRoute: parent, path: paths.automations, component: lazyRouteComponent(() => import("@/features/automations/automations-page"), "AutomationsPage") }),
  createRoute({ getParentRoute: parent, path: paths.newAutomation, component: lazyRouteComponent(() => import("@/features/automations/edit-page"), "NewAutomationPage") }),
  createRoute({ getParentRoute: parent, path: paths.automation, component: lazyRouteComponent(() => import("@/features/automations/automation-page"), "AutomationPage") }),
  createRoute({ getParentRoute: parent, path: paths.editAutomation, component: lazyRouteComponent(() => import("@/features/automations/edit-page"), "EditAutomationPage") }),
  createRoute({ getParentRoute: parent, path: paths.deliveries, component: lazyRouteComponent(() => import("@/features/automations/deliveries-page"), "DeliveriesPage") }),
  createRoute({ getParentRoute: parent, path: paths.events, component: lazyRouteComponent(() => import("@/features/events/events-page"), "EventsPage") }),
  createRoute({ getParentRoute: parent, path: paths.event, component: lazyRouteComponent(() => import("@/features/events/event-page"), "EventPage") }),
  createRoute({ getParentRoute: parent, path: paths.blocks, component: lazyRouteComponent(() => import("@/features/blocks/blocks-page"), "BlocksPage") }),
  createRoute({ getParentRoute: parent, path: paths.blockCatalogue, component: lazyRouteComponent(() => import("@/features/blocks/catalogue-page"), "CataloguePage") }),
  createRoute({ getParentRoute: parent, path: paths.newBlock, component: lazyRouteComponent(() => import("@/features/blocks/new-block-page"), "NewBlockPage") }),
  createRoute({ getParentRoute: parent, path: paths.blockType, beforeLoad: ({ params }) => redirect({ to: paths.newBlock, params, throw: true }) }),
  createRoute({ getParentRoute: parent, path: paths.block, component: lazyRouteComponent(() => import("@/features/blocks/block-page"), "BlockPage") }),
  createRoute({ getParentRoute: parent, path: paths.approvals, component: lazyRouteComponent(() => import("@/features/approvals/approvals-page"), "ApprovalsPage") }),
  createRoute({ getParentRoute: parent, path: paths.webhooks, component: lazyRouteComponent(() => import("@/features/webhooks/webhooks-page"), "WebhooksPage") }),
  createRoute({ getParentRoute: parent, path: paths.webhook, component: lazyRouteComponent(() => import("@/features/webhooks/webhook-page"), "WebhookPage") }),
  createRoute({ getParentRoute: parent, path: paths.settings, component: lazyRouteComponent(() => import("@/features/settings/settings-page"), "SettingsPage") }),
  // What links name by an id alone is shown on another page.
  createRoute({ getParentRoute: parent, path: paths.taskRun, component: lazyRouteComponent(() => import("@/features/links/links-page"), "TaskRunLink") }),
  createRoute({ getParentRoute: parent, path: paths.queue, component: lazyRouteComponent(() => import("@/features/links/links-page"), "QueueLink") }),
  createRoute({ getParentRoute: parent, path: paths.limit, beforeLoad: ({ params }) => redirect({ to: paths.limits, search: { limit: params.id }, throw: true }) }),
  createRoute({ getParentRoute: parent, path: paths.dashboard, beforeLoad: () => redirect({ to: paths.home, throw: true }) }),
  ...(import.meta.env.DEV
    ? [createRoute({ getParentRoute: parent, path: paths.design, component: lazyRouteComponent(() => import("./design-page"), "DesignPage") })]
    : []),
];

export function newRouter() {
  return createRouter({
    routeTree: root.addChildren(routes),
    basepath: basePath,
    defaultPreload: "intent",
    defaultPendingMs: 400,
    defaultErrorComponent: Broken,
    scrollRestoration: true,
    // Queries are plain: every parameter is a text, as in any URL.
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
    stringifySearch: (search) => {
      const text = new URLSearchParams(Object.entries(search as Record<string, string | undefined>).filter((entry): entry is [string, string] => entry[1] !== undefined)).toString();
      return text && `?${text.replaceAll("%2C", ",").replaceAll("%3A", ":")}`;
    },
  });
}
