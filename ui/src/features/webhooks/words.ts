/** How webhooks stand and what becomes of them, in words, and the commands that do the same. Pure. */
import type { StatusLook } from "@/components/status";
import { commandLine } from "@/lib/command-line";
import type { Hook, WebhookRow } from "./types";

/** How a webhook stands. */
export function webhookLook({ status, attempts }: Pick<WebhookRow, "status" | "attempts">): StatusLook {
  if (status === "delivered") return { tone: "completed", icon: "check", word: "Delivered" };
  if (status === "dead") return { tone: "failed", icon: "cross", word: "Given up" };
  return attempts === 0 ? { tone: "pending", icon: "dots", word: "Waits" } : { tone: "late", icon: "retry", word: "Tries again" };
}

/** What a path does with what it takes. */
export function becomes({ deployment, event }: Pick<Hook, "deployment" | "event">): string {
  return deployment ? `runs ${deployment}` : `becomes the event ${event}`;
}

/** Why the server does not take what waits, null when it does. */
export function holdUp(server: string): string | null {
  if (server === "ok") return null;
  return server === "not asked yet" ? "Nothing is delivered yet: reeve up is still deploying what webhooks run." : `The server does not take webhooks: ${server}.`;
}

/** What happens when one is replayed. */
export function replayWords({ status, made }: Pick<WebhookRow, "status" | "made">): string {
  if (status !== "delivered") return "It waits to be delivered again, with what its path says now.";
  return made?.kind === "event" ? "It was delivered. Another event is made of it, with what its path says now." : "It was delivered. Another run is made of it, with what its path says now.";
}

/** The commands that do the same. */
export const commands = {
  list: (status: string) => commandLine("reeve", "webhook", "ls", ...(status ? ["--status", status] : [])),
  show: (id: string) => commandLine("reeve", "webhook", "show", id),
  replay: ({ id, status }: Pick<WebhookRow, "id" | "status">) => commandLine("reeve", "webhook", "replay", id, status === "delivered" ? "--again" : undefined),
  replayDead: commandLine("reeve", "webhook", "replay", "--dead"),
  send: (address: string) => commandLine("curl", "-X", "POST", "-H", "Content-Type: application/json", "-d", "{}", address),
  gateway: (api: string) => commandLine("reeve", "gateway", "start", "--config", "reeve.toml", "--api", api),
  up: commandLine("reeve", "up", "--config", "reeve.toml"),
};
