import type { Id, Moment } from "@/api/types";

export interface Variable {
  id: Id;
  created: Moment | null;
  updated: Moment | null;
  name: string;
  /** Any JSON. */
  value: unknown;
  tags: string[];
}
