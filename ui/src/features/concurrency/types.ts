import type { LimitHolder, LimitRow, LimitWaiter } from "@/api/schema";

/** `kind` is null when the lease names no holder; `expires` is when the slots come back unless the lease is renewed, null for a run that holds one as long as it goes on. */
export type Holder = LimitHolder;

/** `again` is when it asks again, null for one that is told. */
export type Waiter = LimitWaiter;

/** `title` is the tag, "flow/deployment", the flow, or its own name. That of a flow has the flow's id. */
export type Limit = LimitRow;
