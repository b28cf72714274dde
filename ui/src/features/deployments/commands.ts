/** What the command line has for each action; a request where it has no command of its own. Pure. */
import type { CatchUp, DeploymentCreate, SLACreate } from "@/api/schema";
import type { Id, Schedule } from "@/api/types";
import { apiCommand, commandLine } from "@/lib/command-line";
import { agreementsPath } from "./agreements";
import { limitBody } from "./api/change-deployment";
import type { RunWish } from "./api/create-run";
import type { Collision } from "./api/get-deployment";

/** A deployment as commands name it: "flow/deployment". */
export interface Named {
  id: Id;
  name: string;
}

const deployment = (...parts: (string | undefined)[]) => commandLine("prefect", "deployment", ...parts);
const some = (flag: string, value: string | undefined) => (value ? [flag, value] : []);

export const commands = {
  run: ({ name }: Named, { parameters = {}, name: called, tags = [], at }: RunWish = {}) => deployment(
    "run", name, ...(Object.keys(parameters).length > 0 ? ["--params", JSON.stringify(parameters)] : []),
    ...some("--flow-run-name", called), ...tags.flatMap((tag) => ["--tag", tag]),
    ...some("--start-at", at && `${at.slice(0, 19).replace("T", " ")} UTC`),
  ),
  pause: ({ id }: Named, paused: boolean) => apiCommand("POST", `/deployments/${id}/${paused ? "pause" : "resume"}_deployment`),
  limit: ({ id }: Named, limit: number | null, collision: Collision) => apiCommand("PATCH", `/deployments/${id}`, limitBody(limit, collision)),
  change: ({ id }: Named, part: Record<string, unknown>) => apiCommand("PATCH", `/deployments/${id}`, part),
  create: (body: DeploymentCreate) => apiCommand("POST", "/deployments/", body),
  delete: ({ name }: Named) => deployment("delete", name),
  inspect: ({ name }: Named) => deployment("inspect", name),
  schedules: ({ name }: Named) => deployment("schedule", "ls", name),
  addSchedule: ({ name }: Named, schedule: Schedule) => deployment("schedule", "create", name, ...times(schedule), ...some("--timezone", schedule.timezone ?? undefined)),
  pauseSchedule: ({ name }: Named, schedule: Id, paused: boolean) => deployment("schedule", paused ? "pause" : "resume", name, schedule),
  changeSchedule: ({ id }: Named, schedule: Id, to: Schedule) => apiCommand("PATCH", `/deployments/${id}/schedules/${schedule}`, { schedule: to }),
  catchUp: ({ id }: Named, schedule: Id, to: CatchUp | null) => apiCommand("PATCH", `/reeve/deployments/${id}/schedules/${schedule}`, { catch_up: to }),
  agreements: ({ id }: Named, all: SLACreate[]) => apiCommand("POST", agreementsPath(id), all),
  deleteSchedule: ({ name }: Named, schedule: Id) => deployment("schedule", "delete", name, schedule),
};

function times(schedule: Schedule): string[] {
  if ("interval" in schedule) return ["--interval", String(schedule.interval), ...some("--anchor-date", schedule.anchor_date ?? undefined)];
  return "cron" in schedule ? ["--cron", schedule.cron] : ["--rrule", schedule.rrule];
}
