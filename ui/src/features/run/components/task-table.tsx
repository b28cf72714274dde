import { Link } from "@/lib/router";
import { useMemo } from "react";
import type { FlowRunRow, Id, TaskRunRow } from "@/api/types";
import { StateBadge } from "@/components/state-badge";
import { type Column, Table } from "@/components/table";
import { Length, Time } from "@/components/time";
import { Empty } from "@/components/views";
import { paths } from "@/config/paths";

interface Props {
  tasks: readonly TaskRunRow[];
  subflows: readonly FlowRunRow[];
  now: string;
  chosen: Id | null;
  onChoose: (id: Id | null) => void;
}

/** The task runs of a run; one that stands for a subflow leads to it, another chooses its logs. */
export function TaskTable({ tasks, subflows, now, chosen, onChoose }: Props) {
  const columns = useMemo((): Column<TaskRunRow>[] => {
    const called = new Map(subflows.map((sub) => [sub.parent_task_run_id, sub]));
    return [
      {
        key: "name", title: "Task run", width: "minmax(120px, 1.2fr)", narrow: "name",
        cell: (task) => {
          const sub = called.get(task.id);
          return sub
            ? <Link to={paths.run} params={{ id: sub.id }} data-open>▸ {sub.name}</Link>
            : <button type="button" className="row-button" data-open aria-pressed={task.id === chosen} onClick={() => onChoose(task.id === chosen ? null : task.id)}>{task.name}</button>;
        },
      },
      { key: "state", title: "State", width: "124px", narrow: "state", cell: (task) => <StateBadge run={task} /> },
      { key: "message", title: "What happened", width: "minmax(60px, 1fr)", narrow: "where", cell: (task) => <span className="muted" title={task.message ?? ""}>{task.message}</span> },
      { key: "tries", title: "Tries", width: "40px", right: true, cell: (task) => (task.run_count > 1 ? task.run_count : <span className="faint">{task.run_count}</span>) },
      { key: "started", title: "Started", width: "80px", right: true, cell: (task) => <Time at={task.start_time ?? task.expected_start_time} /> },
      { key: "length", title: "Duration", width: "76px", right: true, narrow: "when", cell: (task) => <Length seconds={task.total_run_time} since={task.state_type === "RUNNING" ? now : null} /> },
    ];
  }, [subflows, now, chosen, onChoose]);
  if (tasks.length === 0) return <div className="card"><Empty title="It ran no tasks" icon="runs">Only what is decorated with @task appears here.</Empty></div>;
  return <Table label="Task runs" columns={columns} rows={tasks} rowKey={(task) => task.id} virtual={tasks.length > 12} current={chosen} />;
}
