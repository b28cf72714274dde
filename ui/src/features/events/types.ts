export type { EventOverview, Feed, FeedBar, FeedEvent, FeedName, FeedPlace } from "@/api/schema";
