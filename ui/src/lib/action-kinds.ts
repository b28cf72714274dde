import type { Automation } from "@/api/schema";

/** What kinds of actions are called. */
export const actionKinds: Record<NonNullable<Automation["actions"][number]["type"]>, string> = {
  "send-notification": "Send a notification", "call-webhook": "Call a webhook", "run-deployment": "Run a deployment",
  "cancel-flow-run": "Cancel the run", "suspend-flow-run": "Suspend the run", "resume-flow-run": "Resume the run", "change-flow-run-state": "Change the run's state", "delete-flow-run": "Delete the run",
  "pause-deployment": "Pause a deployment", "resume-deployment": "Resume a deployment", "pause-work-pool": "Pause a work pool", "resume-work-pool": "Resume a work pool",
  "pause-work-queue": "Pause a work queue", "resume-work-queue": "Resume a work queue", "pause-automation": "Pause an automation", "resume-automation": "Resume an automation", "do-nothing": "Do nothing",
};

export function actionKind(type: string): string {
  return (actionKinds as Record<string, string | undefined>)[type] ?? type;
}
