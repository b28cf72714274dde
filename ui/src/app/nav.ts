import type { IconName } from "@/components/icon";
import { paths } from "@/config/paths";

/** The pages that the navigation leads to, in its order. */
export const pages: { to: string; label: string; icon: IconName; key: string }[] = [
  { to: paths.home, label: "Home", icon: "home", key: "h" },
  { to: paths.runs, label: "Runs", icon: "runs", key: "r" },
  { to: paths.approvals, label: "Approvals", icon: "hand", key: "w" },
  { to: paths.flows, label: "Flows", icon: "flow", key: "f" },
  { to: paths.deployments, label: "Deployments", icon: "rocket", key: "d" },
  { to: paths.pools, label: "Work pools", icon: "pool", key: "p" },
  { to: paths.automations, label: "Automations", icon: "bolt", key: "u" },
  { to: paths.events, label: "Events", icon: "events", key: "e" },
  { to: paths.webhooks, label: "Webhooks", icon: "inbox", key: "i" },
  { to: paths.limits, label: "Concurrency", icon: "gauge", key: "c" },
  { to: paths.blocks, label: "Blocks", icon: "block", key: "b" },
  { to: paths.variables, label: "Variables", icon: "braces", key: "v" },
  { to: paths.artifacts, label: "Artifacts", icon: "page", key: "a" },
  { to: paths.settings, label: "Settings", icon: "gear", key: "s" },
];
