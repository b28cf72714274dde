import { change } from "@/api/client";
import type { WebhookReplay, WebhooksReplayed } from "@/api/schema";

/** Has webhooks delivered again; gives the number of those that now wait. */
export async function replayWebhooks(wish: Partial<WebhookReplay>): Promise<number> {
  const { replayed } = await change<WebhooksReplayed>("POST", "/reeve/webhooks/replay", wish);
  return replayed;
}
