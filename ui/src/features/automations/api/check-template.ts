import { ask } from "@/api/client";
import { ApiError } from "@/api/errors";

/** What is wrong with a template, null when it is one. */
export async function checkTemplate(text: string, signal: AbortSignal): Promise<string | null> {
  try {
    await ask("/automations/templates/validate", text, signal);
    return null;
  } catch (error) {
    if (error instanceof ApiError && error.status === 422) return error.message;
    throw error;
  }
}
