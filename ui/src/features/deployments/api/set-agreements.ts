import { change } from "@/api/client";
import type { SLACreate } from "@/api/schema";
import type { Id } from "@/api/types";
import { agreementsPath } from "../agreements";

/** Makes the agreements of a deployment those that are given. */
export async function setAgreements(deployment: Id, all: SLACreate[]): Promise<void> {
  await change("POST", agreementsPath(deployment), all);
}
