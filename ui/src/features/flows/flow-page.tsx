import { useQuery } from "@tanstack/react-query";
import { Link } from "@/lib/router";
import { useMemo } from "react";
import { deploymentColumns } from "@/components/deployment-columns";
import { Facts } from "@/components/facts";
import { Page, Section, useTitle } from "@/components/page";
import { RunBars } from "@/components/run-bars";
import { flowRunColumns } from "@/components/run-columns";
import { basis, Success, Took } from "@/components/run-figures";
import { Table } from "@/components/table";
import { Tags } from "@/components/tags";
import { Time } from "@/components/time";
import { Empty, Failure, Waiting } from "@/components/views";
import { paths } from "@/config/paths";
import { usePathParam } from "@/lib/route";
import { type FlowOverview, flowOverview } from "./api/get-flow";
import { FlowActions } from "./components/flow-actions";

export function FlowPage() {
  const id = usePathParam("id");
  const query = useQuery(flowOverview(id));
  if (query.isPending) return <Waiting what="the flow" />;
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  return <Flow key={id} overview={query.data} />;
}

const ofFlow = deploymentColumns(false);

function Flow({ overview }: { overview: FlowOverview }) {
  const { flow, limit, next, runs, deployments, now } = overview;
  const { recent } = runs;
  const columns = useMemo(() => flowRunColumns(now), [now]);
  useTitle(flow.name);
  return (
    <Page title={flow.name} beside={<><span className="faint">flow</span><Tags tags={flow.tags} /></>} actions={<FlowActions overview={overview} />}>
      <Facts facts={[
        { name: "Success", value: <Success recent={recent} /> },
        { name: "Median", value: <Took recent={recent} which="median" /> },
        { name: "95 % within", value: <Took recent={recent} which="p95" /> },
        { name: "Last run", value: <Time at={recent.runs[0]?.start} /> },
        { name: "Next run", value: next ? <Link to={paths.run} params={{ id: next.id }}><Time at={next.at} /></Link> : <span className="faint">–</span> },
        { name: "Runs at once", value: limit.max_concurrent === null ? <span className="faint">no limit</span> : `${limit.active ?? 0} of ${limit.max_concurrent}` },
      ]} />
      <Section title="Deployments" beside={<span className="faint">{deployments.length || ""}</span>}>
        {deployments.length === 0
          ? <div className="card"><Empty title="It has no deployment" icon="rocket" command="prefect deploy">A deployment lets a schedule or this page start it.</Empty></div>
          : <Table label="Deployments" columns={ofFlow} rows={deployments} rowKey={(row) => row.id} />}
      </Section>
      <Section title="Last runs" beside={<Link to={paths.runs} search={{ flow: flow.name, when: "any" }}>All runs</Link>}>
        {runs.rows.length === 0 ? <div className="card"><Empty title="It has not run yet" icon="runs" /></div> : (
          <>
            <div className="card run-bars-card"><RunBars runs={recent.runs} of={flow.name} large /><span className="faint">Height is how long a run took. Figures are {basis(recent)}.</span></div>
            <Table label="Last runs" columns={columns} rows={runs.rows} rowKey={(row) => row.id} />
          </>
        )}
      </Section>
    </Page>
  );
}
