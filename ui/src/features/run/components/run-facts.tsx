import { Link } from "@/lib/router";
import { Fragment, type ReactNode } from "react";
import type { FlowRun, RunOverview } from "@/api/types";
import { Command } from "@/components/command";
import { StateBadge } from "@/components/state-badge";
import { Time } from "@/components/time";
import { Empty } from "@/components/views";
import { paths } from "@/config/paths";
import { placeOfEvent } from "@/lib/resources";
import { duration } from "@/lib/time";
import { commands } from "../commands";
import "./run-facts.css";

/** Every state that a run was in, the newest first, with how long it stayed. */
export function StateHistory({ states }: { states: RunOverview["states"] }) {
  return (
    <ol className="states">
      {states.map((state, i) => {
        const next = states[i + 1];
        return (
          <li key={state.id}>
            <StateBadge run={{ state_type: state.type, state_name: state.name }} />
            <span className="muted"><Time at={state.timestamp} />{next && ` · for ${duration((Date.parse(next.timestamp) - Date.parse(state.timestamp)) / 1000)}`}</span>
            {state.message && <p>{state.message}</p>}
          </li>
        );
      }).reverse()}
    </ol>
  );
}

export function ArtifactList({ artifacts }: { artifacts: RunOverview["artifacts"] }) {
  if (artifacts.length === 0) return <Empty title="It made no artifacts" icon="link">Tables, texts, links and pictures that a flow makes with create_…_artifact() appear here.</Empty>;
  return (
    <ul className="states">
      {artifacts.map((artifact) => (
        <li key={artifact.id}>
          <Link to={paths.artifact} params={{ id: artifact.id }}>{artifact.key ?? "without a key"}</Link>
          <span className="muted">{artifact.type} · <Time at={artifact.created} /></span>
          {artifact.description && <p>{artifact.description}</p>}
        </li>
      ))}
    </ul>
  );
}

/** What happened around a run that none of its states tells, the newest first. */
export function EventList({ events, run }: { events: RunOverview["events"]; run: string }) {
  const all = <Link to={paths.events} search={{ resource: `prefect.flow-run.${run}`, when: "30d" }}>All its events</Link>;
  if (events.length === 0) return <Empty title="Nothing else happened" icon="events">What a flow sends with emit_event(), and what workers, blocks and automations tell of it, appears here. {all}</Empty>;
  return (
    <ul className="states">
      {events.map((event) => <li key={event.id}><Link {...placeOfEvent(event)}>{event.event}</Link><span className="muted"><Time at={event.occurred} /></span></li>)}
      <li><span className="in-text">{all}, with those of its states</span></li>
    </ul>
  );
}

/** Where the results of a run and of its tasks are kept: their data is in the client's storage. */
export function ResultList({ results, run }: { results: RunOverview["results"]; run: string }) {
  if (results.length === 0) return <Empty title="It kept no results" icon="save">With persist_result=True the client writes what a task or flow returns to its storage, and it is named here.</Empty>;
  return (
    <ul className="states">
      {results.map((result, i) => (
        <li key={i}>
          <span>{result.name ?? run}</span>
          <span className="muted">
            <Time at={result.created} />
            {result.serializer && ` · ${result.serializer}`}
            {result.expires && <> · until <Time at={result.expires} /></>}
            {result.block_id && <> · <Link to={paths.block} params={{ id: result.block_id }}>storage</Link></>}
            {result.artifact_id && <> · <Link to={paths.artifact} params={{ id: result.artifact_id }}>as it was told</Link></>}
          </span>
          {result.key && <p><code>{result.key}</code></p>}
        </li>
      ))}
    </ul>
  );
}

/** What else there is to know of a run. */
export function Details({ run }: { run: FlowRun }) {
  const facts: [string, ReactNode][] = [
    ["Id", <code key="id">{run.id}</code>],
    ["Made", <Time key="made" at={run.created} />],
    ["By", run.created_by?.display_value ?? (run.auto_scheduled ? "a schedule" : "somebody")],
    ["Was to start", <Time key="due" at={run.expected_start_time} />],
    ["Started", <Time key="start" at={run.start_time} />],
    ["Ended", <Time key="end" at={run.end_time} />],
    ["Tries", run.run_count],
    ["Pool, queue", run.work_pool_name ? `${run.work_pool_name}, ${run.work_queue_name ?? "–"}` : "–"],
    ["Infrastructure", run.infrastructure_pid ?? "–"],
    ["Flow version", run.flow_version ?? "–"],
    ["Deployment version", run.deployment_version ?? "–"],
    ["Idempotency key", run.idempotency_key ?? "–"],
  ];
  return (
    <div className="details">
      <dl>{facts.map(([name, value]) => <Fragment key={name}><dt>{name}</dt><dd>{value}</dd></Fragment>)}</dl>
      <h3>On the command line</h3>
      <Command text={commands.inspect(run.id)} />
      <Command text={commands.logs(run.id)} />
    </div>
  );
}

/** Where a run belongs to, as links. */
export function Origin({ overview }: { overview: RunOverview }) {
  const { run, flow_name, deployment_name, caller } = overview;
  return (
    <p className="origin muted">
      {flow_name ? <Link to={paths.flow} params={{ id: run.flow_id }}>{flow_name}</Link> : "a flow that is gone"}
      {deployment_name && run.deployment_id && <> · <Link to={paths.deployment} params={{ id: run.deployment_id }}>{deployment_name}</Link></>}
      {run.work_pool_name && <> · pool <Link to={paths.pool} params={{ name: run.work_pool_name }}>{run.work_pool_name}</Link></>}
      {caller && <> · called by <Link to={paths.run} params={{ id: caller.flow_run_id }}>{caller.name}</Link></>}
    </p>
  );
}
