import { Fragment, type ReactNode } from "react";
import { Command } from "@/components/command";
import { Time } from "@/components/time";
import type { Deployment } from "../api/get-deployment";
import { commands, type Named } from "../commands";

/** What else there is to know of a deployment. */
export function Details({ deployment }: { deployment: Deployment }) {
  const facts: [string, ReactNode][] = [
    ["Id", <code key="id">{deployment.id}</code>],
    ["Description", deployment.description || "–"],
    ["Pool, queue", deployment.work_pool_name ? `${deployment.work_pool_name}, ${deployment.work_queue_name ?? "–"}` : "–"],
    ["Status", deployment.status === "READY" ? "ready: a worker looks for its runs" : "not ready: no worker has looked for its runs lately"],
    ["Last looked for", <Time key="polled" at={deployment.last_polled} />],
    ["Entrypoint", deployment.entrypoint ?? "–"],
    ["Path", deployment.path ?? "–"],
    ["Version", deployment.version ?? "–"],
    ["Parameters are checked", deployment.enforce_parameter_schema ? "yes" : "no"],
    ["Made", <Time key="made" at={deployment.created} />],
    ["Changed", <Time key="changed" at={deployment.updated} />],
  ];
  return <dl className="deployment-details">{facts.map(([name, value]) => <Fragment key={name}><dt>{name}</dt><dd>{value}</dd></Fragment>)}</dl>;
}

/** The commands of all actions, to copy. */
export function Commands({ deployment, named }: { deployment: Deployment; named: Named }) {
  const [schedule] = deployment.schedules;
  const all: [string, string][] = [
    ["Run it", commands.run(named)],
    ["Run it with parameters", commands.run(named, { parameters: deployment.parameters })],
    ["Show it", commands.inspect(named)],
    ["Show its schedules", commands.schedules(named)],
    ["Add a schedule", commands.addSchedule(named, { cron: "0 9 * * *", timezone: "UTC" })],
    ...(schedule ? ([
      [schedule.active ? "Pause its first schedule" : "Resume its first schedule", commands.pauseSchedule(named, schedule.id, schedule.active)],
      ["Delete its first schedule", commands.deleteSchedule(named, schedule.id)],
    ] as [string, string][]) : []),
    [deployment.paused ? "Resume it" : "Pause it", commands.pause(named, !deployment.paused)],
    ["Limit it to one run at once", commands.limit(named, 1, "ENQUEUE")],
    ["Delete it", commands.delete(named)],
  ];
  return <dl className="deployment-commands">{all.map(([name, text]) => <Fragment key={name}><dt>{name}</dt><dd><Command text={text} /></dd></Fragment>)}</dl>;
}
