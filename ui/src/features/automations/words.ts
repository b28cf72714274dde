import type { StatusLook } from "@/components/status";
import { commandLine } from "@/lib/command-line";
import type { Delivery } from "./types";

/** Whether an automation looks out. */
export function enabledLook(enabled: boolean): StatusLook {
  return enabled ? { tone: "completed", icon: "check", word: "On" } : { tone: "paused", icon: "pause", word: "Off" };
}

/** How a delivery stands. */
export function deliveryLook({ status, attempts, reason }: Pick<Delivery, "status" | "attempts" | "reason">): StatusLook {
  if (status === "delivered") return { tone: "completed", icon: "check", word: "Done" };
  if (status === "dead") return { tone: "failed", icon: "cross", word: "Given up" };
  if (status === "held") return { tone: "paused", icon: "pause", word: "Held back" };
  if (status === "gathered") return { tone: "completed", icon: "check", word: "Told with others" };
  if (status === "dropped") return { tone: "cancelled", icon: "slash", word: "Not needed" };
  return attempts > 0 && reason ? { tone: "late", icon: "retry", word: "Tries again" } : { tone: "pending", icon: "dots", word: "Waits" };
}

/** Whether it can be made once more, or now when it is held back. */
export function canResend({ status }: Pick<Delivery, "status">): boolean {
  return status !== "waiting";
}

/** What a service answered: "HTTP 404", "SMTP 550" or a status of the server's own API. */
export function answerWords({ answer_status: status, answer }: Pick<Delivery, "answer_status" | "answer">): string {
  const line = answer.split("\n")[0] ?? "";
  return status === 0 ? line : [String(status), line].filter(Boolean).join(" ");
}

/** The commands that do the same. */
export const commands = {
  inspect: (name: string) => commandLine("prefect", "automation", "inspect", name),
  pause: (name: string, paused: boolean) => commandLine("prefect", "automation", paused ? "pause" : "resume", name),
  delete: (name: string) => commandLine("prefect", "automation", "delete", name),
  preview: (id: string) => commandLine("reeve", "automation", "preview", id, "--since", "30d"),
  resend: (id: string) => commandLine("reeve", "automation", "deliveries", "resend", id),
};
