import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@/lib/router";
import { useCallback, useEffect, useMemo } from "react";
import type { RunOverview } from "@/api/types";
import { Icon } from "@/components/icon";
import { JsonView } from "@/components/json-view";
import { StateBadge } from "@/components/state-badge";
import { Tabs } from "@/components/tabs";
import { Tags } from "@/components/tags";
import { Length, Time } from "@/components/time";
import { Failure, Waiting } from "@/components/views";
import { paths } from "@/config/paths";
import { useLive } from "@/lib/live-context";
import { placeOfEvent } from "@/lib/resources";
import { usePathParam, useQueryTexts } from "@/lib/route";
import { isFinal, lookOf } from "@/lib/states";
import { now as serverNow } from "@/lib/time";
import { runOverview } from "./api/get-run";
import { RunActions } from "./components/run-actions";
import { ArtifactList, Details, EventList, Origin, ResultList, StateHistory } from "./components/run-facts";
import { TaskTable } from "./components/task-table";
import { useFavicon } from "./favicon";
import { RunGraph } from "./graph/graph";
import { LogPanel } from "./logs/log-panel";
import { barsOf } from "./timeline/bars";
import { type Mark, marksOf } from "./timeline/marks";
import { Timeline } from "./timeline/timeline";
import "./run-page.css";

export function RunPage() {
  const id = usePathParam("id");
  const query = useQuery(runOverview(id));
  if (query.isPending) return <Waiting what="the run" />;
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  return <Run key={id} overview={query.data} />;
}

/** Logs of a run that has ended may still be on their way for a moment. */
const logsMayFollow = 30_000;

function Run({ overview }: { overview: RunOverview }) {
  const { run } = overview;
  const { task = null, log = null, tab = "parameters", view = "timeline", do: wished } = useQueryTexts();
  const navigate = useNavigate();
  const set = useCallback((part: Record<string, string | undefined>) => {
    void navigate({ to: paths.run, params: { id: run.id }, search: (before: object) => ({ ...before, ...part }), replace: true, resetScroll: false });
  }, [navigate, run.id]);
  const choose = useCallback((chosen: string | null) => set({ task: chosen ?? undefined }), [set]);
  const open = useCallback((other: string) => void navigate({ to: paths.run, params: { id: other } }), [navigate]);
  const { liveness } = useLive();
  const ended = isFinal(run.state_type);
  const since = run.state ? Date.parse(run.state.timestamp) : 0;
  const live = liveness !== "resting" && (!ended || serverNow() - since < logsMayFollow);
  const bars = useMemo(() => barsOf(overview), [overview]);
  const marks = useMemo(() => marksOf(overview), [overview]);
  const openMark = useCallback(({ kind, id: of, at }: Mark) => {
    void navigate(kind === "artifact" ? { to: paths.artifact, params: { id: of } } : placeOfEvent({ id: of, occurred: new Date(at).toISOString() }));
  }, [navigate]);
  useRunTitle(overview);
  return (
    <div className="page run-page">
      <header className="run-head">
        <div className="run-title">
          <StateBadge run={run} strong />
          <h1>{run.name}</h1>
          <Origin overview={overview} />
        </div>
        <RunActions run={run} wished={wished} onWished={() => set({ do: undefined })} />
      </header>
      <Sentence overview={overview} />
      <div className="run-body">
        <div className="run-main">
          <Tabs label="What it did" current={view} onPick={(key) => set({ view: key === "timeline" ? undefined : key })} tabs={[
            { key: "timeline", label: "Timeline", body: () => <Timeline bars={bars} marks={marks} live={!ended} chosen={task} onChoose={choose} onOpen={open} onMark={openMark} /> },
            { key: "graph", label: "Graph", body: () => <RunGraph run={run.id} chosen={task} onChoose={choose} onOpen={open} /> },
            { key: "tasks", label: "Tasks", count: overview.task_run_count, body: () => <TaskTable tasks={overview.task_runs} subflows={overview.subflows} now={overview.now} chosen={task} onChoose={choose} /> },
          ]} />
          <Tabs label="About the run" current={tab} onPick={(key) => set({ tab: key === "parameters" ? undefined : key })} tabs={[
            { key: "parameters", label: "Parameters", body: () => <div className="card"><JsonView value={run.parameters} empty="It took no parameters" /></div> },
            { key: "job", label: "Job variables", body: () => <div className="card"><JsonView value={run.job_variables} empty="It has no job variables of its own" /></div> },
            { key: "states", label: "States", count: overview.states.length, body: () => <div className="card"><StateHistory states={overview.states} /></div> },
            { key: "artifacts", label: "Artifacts", count: overview.artifacts.length, body: () => <div className="card"><ArtifactList artifacts={overview.artifacts} /></div> },
            { key: "events", label: "Events", count: overview.events.length, body: () => <div className="card"><EventList events={overview.events} run={run.id} /></div> },
            { key: "results", label: "Results", count: overview.results.length, body: () => <div className="card"><ResultList results={overview.results} run={run.name} /></div> },
            { key: "details", label: "Details", body: () => <div className="card"><Details run={run} /></div> },
          ]} />
        </div>
        <LogPanel run={run.id} name={run.name} tasks={overview.task_runs} live={live} task={task} onTask={choose} line={log} onLine={(line) => set({ log: line })} />
      </div>
    </div>
  );
}

/** When it ran, for how long, and in one sentence why it waits or how it ended. */
function Sentence({ overview }: { overview: RunOverview }) {
  const { run, why, now } = overview;
  const { tone } = lookOf(run);
  const message = run.state?.message;
  const bad = run.state_type === "FAILED" || run.state_type === "CRASHED";
  const waits = run.state_type !== null && !isFinal(run.state_type) && run.state_type !== "RUNNING" || why.reasons.length > 1;
  return (
    <div className="run-sentence">
      <p className="run-times">
        {run.start_time ? <>Started <Time at={run.start_time} /></> : <>Due <Time at={run.expected_start_time} /></>}
        <span className="faint">·</span>
        <span><Length seconds={run.total_run_time} since={run.state_type === "RUNNING" ? now : null} /></span>
        {run.run_count > 1 && <><span className="faint">·</span><span>try {run.run_count}</span></>}
        <Tags tags={run.tags} />
      </p>
      {bad && message && <p className="run-why" data-tone={tone}><Icon name="alert" /><span>{message}</span></p>}
      {waits && <p className="run-why" data-tone={tone}><Icon name="clock" /><span>{why.sentence}{run.state_type === "PAUSED" && message && ` “${message}”`}</span></p>}
    </div>
  );
}

function useRunTitle({ run }: RunOverview): void {
  const { word } = lookOf(run);
  useEffect(() => {
    document.title = `${run.name} · ${word} · Reeve`;
  }, [run.name, word]);
  useFavicon(run);
}
