import type { LimitHolder, LimitRow, LimitWaiter } from "@/api/schema";

/** `kind` is null when the lease names no holder; `expires` is when the slots come back unless the lease is renewed. */
export type Holder = LimitHolder;

/** `again` is when it asks again. */
export type Waiter = LimitWaiter;

/** `title` is the tag, "flow/deployment", or its own name. */
export type Limit = LimitRow;
