import { change } from "@/api/client";
import type { Id, Json, Moment } from "@/api/types";

/** What a run has of its own; what is left out it has from its deployment. */
export interface RunWish {
  parameters?: Json;
  name?: string;
  tags?: string[];
  /** When it is to start; at once without. */
  at?: Moment;
}

export async function createRun(deployment: Id, { parameters, name, tags, at }: RunWish): Promise<Id> {
  const made = await change<{ id: Id }>("POST", `/deployments/${deployment}/create_flow_run`, {
    ...(parameters && { parameters }), ...(name && { name }), ...(tags && tags.length > 0 && { tags }),
    state: { type: "SCHEDULED", message: "Run from the browser", ...(at && { state_details: { scheduled_time: at } }) },
  });
  return made.id;
}
