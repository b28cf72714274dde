import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@/lib/router";
import { useMemo } from "react";
import { Facts } from "@/components/facts";
import { Icon } from "@/components/icon";
import { JsonView } from "@/components/json-view";
import { Page, Section, useTitle } from "@/components/page";
import { RunBars } from "@/components/run-bars";
import { flowRunColumns } from "@/components/run-columns";
import { basis, Success, Took } from "@/components/run-figures";
import { Table } from "@/components/table";
import { Tabs } from "@/components/tabs";
import { Tags } from "@/components/tags";
import { Time } from "@/components/time";
import { Empty, Failure, Waiting } from "@/components/views";
import { paths } from "@/config/paths";
import { usePathParam, useQueryTexts } from "@/lib/route";
import { type DeploymentOverview, deploymentOverview } from "./api/get-deployment";
import { commands, type Named } from "./commands";
import { Agreements } from "./components/agreements";
import { DeploymentActions } from "./components/deployment-actions";
import { Commands, Details } from "./components/deployment-facts";
import { Schedules } from "./components/schedules";
import "./deployment-page.css";

export function DeploymentPage() {
  const id = usePathParam("id");
  const query = useQuery(deploymentOverview(id));
  if (query.isPending) return <Waiting what="the deployment" />;
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  return <Deployment key={id} overview={query.data} />;
}

function Deployment({ overview }: { overview: DeploymentOverview }) {
  const { deployment, flow_name: flow, next, runs, now } = overview;
  const { recent } = runs;
  const limit = deployment.global_concurrency_limit;
  const named: Named = { id: deployment.id, name: `${flow}/${deployment.name}` };
  const columns = useMemo(() => flowRunColumns(now), [now]);
  const all = { deployment: deployment.name, flow, when: "any" };
  useTitle(named.name);
  return (
    <Page title={deployment.name} actions={<DeploymentActions deployment={deployment} named={named} />}
      beside={<><span className="muted">of <Link to={paths.flow} params={{ id: deployment.flow_id }}>{flow}</Link></span><Tags tags={deployment.tags} /></>}>
      {deployment.paused && <p className="deployment-paused"><Icon name="pause" /><span>It is paused: its schedules make no runs. Somebody can still start it.</span></p>}
      <Facts facts={[
        { name: "Success", value: <Success recent={recent} /> },
        { name: "Median", value: <Took recent={recent} which="median" /> },
        { name: "95 % within", value: <Took recent={recent} which="p95" /> },
        { name: "Last run", value: <Time at={recent.runs[0]?.start} /> },
        { name: "Next run", value: next ? <Link to={paths.run} params={{ id: next.id }}><Time at={next.at} /></Link> : <span className="faint">–</span> },
        { name: "Runs at once", value: limit ? `${limit.active_slots} of ${limit.limit}` : <span className="faint">no limit</span> },
        { name: "Pool", value: deployment.work_pool_name ?? <span className="faint">–</span> },
      ]} />
      <Schedules overview={overview} named={named} />
      <Agreements slas={overview.slas} named={named} />
      <Section title="Last runs" beside={<Link to={paths.runs} search={all}>All runs</Link>}>
        {runs.rows.length === 0 ? <div className="card"><Empty title="It has not run yet" icon="runs" command={commands.run(named)} /></div> : (
          <>
            <div className="card run-bars-card"><RunBars runs={recent.runs} of={deployment.name} large /><span className="faint">Height is how long a run took. Figures are {basis(recent)}.</span></div>
            <Table label="Last runs" columns={columns} rows={runs.rows} rowKey={(row) => row.id} />
          </>
        )}
      </Section>
      <About overview={overview} named={named} />
    </Page>
  );
}

function About({ overview: { deployment }, named }: { overview: DeploymentOverview; named: Named }) {
  const { tab = "parameters" } = useQueryTexts();
  const navigate = useNavigate();
  const pick = (key: string) => void navigate({ to: paths.deployment, params: { id: deployment.id }, search: key === "parameters" ? {} : { tab: key }, replace: true, resetScroll: false });
  return (
    <Tabs label="About the deployment" current={tab} onPick={pick} tabs={[
      { key: "parameters", label: "Parameters", body: () => <div className="card"><JsonView value={deployment.parameters} empty="It gives its runs no parameters" /></div> },
      { key: "job", label: "Job variables", body: () => <div className="card"><JsonView value={deployment.job_variables} empty="It has no job variables of its own" /></div> },
      { key: "details", label: "Details", body: () => <div className="card"><Details deployment={deployment} /></div> },
      { key: "commands", label: "Command line", body: () => <div className="card"><Commands deployment={deployment} named={named} /></div> },
    ]} />
  );
}
