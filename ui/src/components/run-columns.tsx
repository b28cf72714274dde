import { Link } from "@/lib/router";
import type { FlowRunRow, TaskRunRow } from "@/api/types";
import { paths } from "@/config/paths";
import { StateBadge } from "./state-badge";
import type { Column } from "./table";
import { Tags } from "./tags";
import { Length, Time } from "./time";

const running = (run: FlowRunRow | TaskRunRow, now: string) => (run.state_type === "RUNNING" ? now : null);

export function flowRunColumns(now: string): Column<FlowRunRow>[] {
  return [
    {
      key: "name", title: "Run", width: "minmax(140px, 1.1fr)", narrow: "name", sorts: ["NAME_ASC", "NAME_DESC"],
      cell: (run) => <Link to={paths.run} params={{ id: run.id }} data-open>{run.name}</Link>,
    },
    {
      key: "where", title: "Flow · deployment", width: "minmax(140px, 1.3fr)", narrow: "where", sorts: ["FLOW_ASC", "FLOW_DESC"],
      cell: (run) => <span title={run.deployment_name ?? ""}>{run.flow_name}{run.deployment_name && <span className="muted"> · {run.deployment_name}</span>}</span>,
    },
    { key: "state", title: "State", width: "132px", narrow: "state", sorts: ["STATE_ASC", "STATE_DESC"], cell: (run) => <StateBadge run={run} /> },
    { key: "message", title: "What happened", width: "minmax(80px, 1.6fr)", cell: (run) => <span className="muted" title={run.message ?? ""}>{run.message}</span> },
    { key: "tags", title: "Tags", width: "minmax(60px, .8fr)", cell: (run) => <Tags tags={run.tags} /> },
    {
      key: "started", title: "Started", width: "84px", right: true, narrow: "when", sorts: ["START_TIME_DESC", "START_TIME_ASC"],
      cell: (run) => <Time at={run.start_time ?? run.expected_start_time} />,
    },
    { key: "length", title: "Duration", width: "84px", right: true, sorts: ["DURATION_DESC", "DURATION_ASC"], cell: (run) => <Length seconds={run.total_run_time} since={running(run, now)} /> },
  ];
}

export function taskRunColumns(now: string): Column<TaskRunRow>[] {
  return [
    {
      key: "name", title: "Task run", width: "minmax(140px, 1.2fr)", narrow: "name", sorts: ["NAME_ASC", "NAME_DESC"],
      cell: (task) => task.flow_run_id
        ? <Link to={paths.run} params={{ id: task.flow_run_id }} search={{ task: task.id }} data-open>{task.name}</Link>
        : <span>{task.name}</span>,
    },
    { key: "where", title: "Flow run", width: "minmax(140px, 1fr)", narrow: "where", sorts: ["FLOW_ASC", "FLOW_DESC"], cell: (task) => <span className="muted">{task.flow_run_name ?? "in the background"}</span> },
    { key: "state", title: "State", width: "132px", narrow: "state", sorts: ["STATE_ASC", "STATE_DESC"], cell: (task) => <StateBadge run={task} /> },
    { key: "message", title: "What happened", width: "minmax(80px, 1.6fr)", cell: (task) => <span className="muted" title={task.message ?? ""}>{task.message}</span> },
    { key: "tags", title: "Tags", width: "minmax(60px, .6fr)", cell: (task) => <Tags tags={task.tags} /> },
    {
      key: "started", title: "Started", width: "84px", right: true, narrow: "when", sorts: ["EXPECTED_START_TIME_DESC", "EXPECTED_START_TIME_ASC"],
      cell: (task) => <Time at={task.start_time ?? task.expected_start_time} />,
    },
    { key: "length", title: "Duration", width: "84px", right: true, sorts: ["DURATION_DESC", "DURATION_ASC"], cell: (task) => <Length seconds={task.total_run_time} since={running(task, now)} /> },
  ];
}
