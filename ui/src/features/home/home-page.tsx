import { useQuery } from "@tanstack/react-query";
import type { Home } from "@/api/types";
import { Page, Section, useTitle } from "@/components/page";
import { Empty, Failure, Waiting } from "@/components/views";
import { home } from "./api/get-home";
import { Awake } from "./components/awake";
import { History } from "./components/history";
import { Next } from "./components/next";
import { RunningNow } from "./components/running-now";
import { faultsOf } from "./components/server-trouble";
import { countOf, Trouble } from "./components/trouble";
import "./home-page.css";

export function HomePage() {
  useTitle("Home");
  const query = useQuery(home);
  if (query.isPending) return <Waiting what="what goes on" />;
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  return <Overview home={query.data} />;
}

function Overview({ home: data }: { home: Home }) {
  const { trouble, running, next, history, awake } = data;
  const fresh = history.flows.length === 0 && running.count === 0 && next.length === 0 && countOf(trouble) + faultsOf(data) === 0;
  if (fresh) {
    return (
      <Page title="Home">
        <Empty title="Nothing has run here in the last day" icon="home" command="prefect deployment run 'my-flow/my-deployment'">
          What needs you, what runs and what comes next is shown here as soon as there is something.
        </Empty>
      </Page>
    );
  }
  return (
    <Page title="Home">
      <div className="home">
        <div className="home-column">
          <Trouble home={data} />
          <RunningNow running={running} now={data.now} />
        </div>
        <div className="home-column">
          <Section title="Last 24 hours" beside={<span className="faint">runs per half hour; press a bar to see them</span>}><History history={history} /></Section>
          <Section title="Next 24 hours" beside={<span className="faint">{next.length === 0 ? "" : `${next.length} ${next.length === 1 ? "run" : "runs"}`}</span>}><Next next={next} now={data.now} /></Section>
          <Awake awake={awake} />
        </div>
      </div>
    </Page>
  );
}
