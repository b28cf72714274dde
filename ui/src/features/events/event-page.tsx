import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@/lib/router";
import { Button } from "@/components/button";
import { JsonView } from "@/components/json-view";
import { Page, Section, useTitle } from "@/components/page";
import { ResourceLink } from "@/components/resource-link";
import { Time } from "@/components/time";
import { Failure, Waiting } from "@/components/views";
import { paths } from "@/config/paths";
import { kindOf, type Resource } from "@/lib/resources";
import { usePathParam } from "@/lib/route";
import { eventOverview } from "./api/get-event";
import type { EventOverview } from "./types";
import "./events.css";

export function EventPage() {
  const query = useQuery(eventOverview(usePathParam("id")));
  if (query.isPending) return <Waiting what="the event" />;
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  return <Shown overview={query.data} />;
}

function Shown({ overview: { event, names, follows } }: { overview: EventOverview }) {
  useTitle(event.event);
  const navigate = useNavigate();
  const id = event.resource["prefect.resource.id"] ?? "";
  return (
    <Page title={event.event} beside={<span className="muted"><Time at={event.occurred} /></span>}
      actions={<>
        <Button icon="events" onClick={() => void navigate({ to: paths.events, search: { resource: id } })}>Events of this resource</Button>
        <Button changes icon="bolt" onClick={() => void navigate({ to: paths.newAutomation, search: { event: event.event } })}>Automate</Button>
      </>}>
      {follows && <p className="in-text">It follows <Link to={paths.event} params={{ date: follows.occurred.slice(0, 10), id: follows.id }}>{follows.event}</Link> <span className="muted">of <ResourceLink resource={follows.resource} />, <Time at={follows.occurred} /></span>.</p>}
      <Section title="Resource"><ul className="card resources"><Of resource={event.resource} names={names} /></ul></Section>
      {event.related.length > 0 && <Section title="Related" beside={<span className="faint">{event.related.length}</span>}><ul className="card resources">{event.related.map((resource, i) => <Of key={i} resource={resource} names={names} />)}</ul></Section>}
      <Section title="Payload"><div className="card"><JsonView value={event.payload as object} empty="It carries nothing more" /></div></Section>
      <Section title="About"><dl className="card event-about"><div><dt>Id</dt><dd className="mono">{event.id}</dd></div><div><dt>Occurred</dt><dd className="mono">{event.occurred}</dd></div><div><dt>Received</dt><dd className="mono">{event.received}</dd></div></dl></Section>
    </Page>
  );
}

/** A resource with all that it says of itself. */
function Of({ resource, names }: { resource: Resource; names: Readonly<Record<string, string>> }) {
  const { "prefect.resource.id": id = "", "prefect.resource.role": role, "prefect.resource.name": name, ...others } = resource;
  const kind = kindOf(resource);
  return (
    <li>
      <span className="resource-kind">{role ?? kind}</span>
      <span className="resource-name"><ResourceLink resource={resource} title={names[id] || name} />{role !== undefined && kind !== "" && kind !== role.replaceAll("-", " ") && <span className="muted">{kind}</span>}</span>
      <code className="resource-id">{id}</code>
      {Object.entries(others).map(([label, value]) => <span key={label} className="resource-label"><span className="muted">{label}</span> {value}</span>)}
    </li>
  );
}
