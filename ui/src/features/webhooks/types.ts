export type { WebhookEntry as Entry, WebhookFigures as Figures, WebhookHook as Hook, WebhookOverview, WebhookPage, WebhookRow, WebhookText } from "@/api/schema";
