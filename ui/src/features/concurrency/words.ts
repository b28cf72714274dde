import type { StatusLook } from "@/components/status";
import { apiCommand, commandLine } from "@/lib/command-line";
import type { Limit } from "./types";

export const kinds: Record<Limit["kind"], string> = { global: "Global", tag: "Tag of tasks", deployment: "Deployment", flow: "Flow" };

/** How a limit stands: switched off it counts nothing. */
export function limitLook(limit: Pick<Limit, "active" | "active_slots" | "limit" | "waiter_count">): StatusLook {
  if (!limit.active) return { tone: "paused", icon: "pause", word: "Off" };
  if (limit.waiter_count > 0) return { tone: "late", icon: "clock-alert", word: `${limit.waiter_count} ${limit.waiter_count === 1 ? "waits" : "wait"}` };
  if (limit.active_slots >= limit.limit) return { tone: "late", icon: "alert", word: "Full" };
  return { tone: "completed", icon: "check", word: "Has room" };
}

/** The name that a limit has on the server. */
export function nameOf(kind: "global" | "tag", title: string): string {
  return kind === "tag" ? `tag:${title.trim()}` : title.trim();
}

/** The slots that no named lease holds: taken without one, by others than are shown, or not yet decayed. */
export function unnamed(limit: Pick<Limit, "active_slots" | "holders">): number {
  return Math.max(0, limit.active_slots - limit.holders.reduce((sum, { slots }) => sum + slots, 0));
}

/** Reads how many slots come back each second by themselves. */
export function readDecay(text: string): number | Error {
  const n = Number(text.trim() || "0");
  return Number.isFinite(n) && n >= 0 ? n : new Error("A number from 0 on: 0.5 is one slot every 2 s.");
}

/** The command that shows the same. */
export function command({ kind, id, title, name }: Pick<Limit, "kind" | "id" | "title" | "name">): string {
  if (kind === "flow") return apiCommand("GET", flowLimitPath(id));
  return kind === "tag" ? commandLine("prefect", "concurrency-limit", "inspect", title) : commandLine("prefect", "gcl", "inspect", name);
}

/** The command that takes it away. */
export function deletion({ kind, id, title, name }: Pick<Limit, "kind" | "id" | "title" | "name">): string {
  if (kind === "flow") return apiCommand("DELETE", flowLimitPath(id));
  return kind === "tag" ? commandLine("prefect", "concurrency-limit", "delete", title) : commandLine("prefect", "gcl", "delete", name);
}

/** Where the limit of a flow is set. */
export function flowLimitPath(flow: string): string {
  return `/reeve/flows/${flow}/limit`;
}
