import { Link } from "@/lib/router";
import type { DeploymentRow } from "@/api/types";
import { paths } from "@/config/paths";
import { scheduleWords } from "@/lib/schedule-words";
import { Icon } from "./icon";
import { RunBars } from "./run-bars";
import { Success, Took } from "./run-figures";
import type { Column } from "./table";
import { Tags } from "./tags";
import { Time } from "./time";

/** The schedules that make runs, in words; why there are none. */
export function ScheduleCell({ row }: { row: DeploymentRow }) {
  const active = row.schedules.filter(({ active, set_aside: aside }) => active && !aside);
  if (row.schedules.length === 0) return <span className="faint">no schedule</span>;
  if (row.paused || active.length === 0) return <span className="state" data-tone="paused"><Icon name="pause" size={14} />{row.paused ? "Paused" : "Schedules paused"}</span>;
  const words = active.map(({ schedule }) => scheduleWords(schedule)).join("; ");
  return <span title={words}>{words}</span>;
}

/** The columns of a table of deployments; that of its flow can be left out. */
export function deploymentColumns(withFlow: boolean): Column<DeploymentRow>[] {
  return [
    {
      key: "name", title: "Deployment", width: "minmax(150px, 1.2fr)", narrow: "name", sorts: ["NAME_ASC", "NAME_DESC"],
      cell: (row) => <Link to={paths.deployment} params={{ id: row.id }} data-open title={`${row.flow_name}/${row.name}`}>{withFlow && <span className="muted">{row.flow_name}/</span>}{row.name}</Link>,
    },
    { key: "schedule", title: "Schedule", width: "minmax(140px, 1.2fr)", narrow: "where", cell: (row) => <ScheduleCell row={row} /> },
    { key: "next", title: "Next run", width: "76px", right: true, narrow: "when", cell: (row) => <Time at={row.next?.at} /> },
    { key: "runs", title: "Last runs", width: "140px", cell: (row) => <RunBars runs={row.recent.runs} of={row.name} /> },
    { key: "success", title: "Success", width: "60px", right: true, narrow: "state", cell: (row) => <Success recent={row.recent} /> },
    { key: "median", title: "Median", width: "76px", right: true, cell: (row) => <Took recent={row.recent} which="median" /> },
    {
      key: "pool", title: "Pool · queue", width: "minmax(90px, .8fr)",
      cell: (row) => row.work_pool_name === null ? <span className="faint">–</span>
        : <span title={`${row.work_pool_name} · ${row.work_queue_name ?? ""}`}>{row.work_pool_name}{row.work_queue_name !== "default" && <span className="muted"> · {row.work_queue_name}</span>}</span>,
    },
    { key: "tags", title: "Tags", width: "minmax(40px, .7fr)", cell: (row) => <Tags tags={row.tags} /> },
  ];
}
