import { change } from "./client";
import type { Id } from "./types";

/** Has a delivery that is over made once more. */
export async function resendDelivery(id: Id): Promise<void> {
  await change("POST", `/reeve/deliveries/${id}/resend`);
}
