import { ask } from "@/api/client";
import { ApiError } from "@/api/errors";
import type { Id } from "@/api/types";
import type { AutomationBody, Preview } from "../types";

/** Days that a preview looks back. */
export const previewDays = 30;

/** What an automation would have done over the last days, by the events that the server has kept. Faults are named by their place in it. */
export async function previewAutomation(of: Id | AutomationBody): Promise<Preview> {
  try {
    return await ask<Preview>("/reeve/automations/preview", { ...(typeof of === "string" ? { automation_id: of } : { automation: of }), since: previewDays * 86_400, limit: 20 });
  } catch (error) {
    if (!(error instanceof ApiError) || error.fields.size === 0) throw error;
    const fields = new Map([...error.fields].map(([at, message]) => [at.replace(/^automation\./, ""), message]));
    throw new ApiError(error.status, error.message, fields);
  }
}
