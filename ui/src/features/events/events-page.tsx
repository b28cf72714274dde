import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@/lib/router";
import { useState } from "react";
import { Button } from "@/components/button";
import { Page, useTitle } from "@/components/page";
import { ResourceLink } from "@/components/resource-link";
import { type Column, Table } from "@/components/table";
import { Time } from "@/components/time";
import { Empty, Failure, Waiting } from "@/components/views";
import { paths } from "@/config/paths";
import { useQueryTexts } from "@/lib/route";
import { kindOf, placeOfEvent } from "@/lib/resources";
import { eventFeed } from "./api/get-events";
import { EventFacets } from "./components/event-facets";
import { Histogram } from "./components/histogram";
import { defaults, type EventFilters, fromSearch, grows, toSearch } from "./filters";
import { counted, merged } from "./merge";
import type { FeedEvent } from "./types";
import { useArrivals } from "./use-arrivals";
import "./events.css";

/** What happened: a histogram, and a feed that grows while one looks. */
export function EventsPage() {
  useTitle("Events");
  const filters = fromSearch(useQueryTexts());
  const [running, setRunning] = useState(true);
  const query = useInfiniteQuery(eventFeed(filters));
  const arrivals = useArrivals(filters, running);
  const navigate = useNavigate();
  const go = (part: Partial<EventFilters>) => void navigate({ to: paths.events, search: toSearch({ ...filters, ...part }), replace: true, resetScroll: false });
  const [first] = query.data?.pages ?? [];
  const read = query.data?.pages.flatMap(({ events }) => events) ?? [];
  const rows = merged(arrivals, read);
  const known = new Set(read.map(({ id }) => id));
  const came = arrivals.filter(({ id }) => !known.has(id));
  return (
    <Page title="Events" actions={grows(filters) && <Button icon={running ? "pause" : "play"} onClick={() => setRunning(!running)}>{running ? "Hold" : "Go on"}</Button>}>
      <EventFacets filters={filters} names={first?.names ?? []} onChange={go} />
      {query.isPending ? <Waiting what="events" />
        : !first ? <Failure error={query.error ?? new Error("")} onRetry={() => void query.refetch()} />
        : (
          <>
            <Histogram bars={counted(first.bars, came)} since={first.counted_since} onPick={(after, before) => go({ when: "between", after, before })} />
            {rows.length === 0 ? <None filters={filters} more={query.hasNextPage} /> : <Table label="Events" columns={columns} rows={rows} rowKey={({ id }) => id} />}
          </>
        )}
      {query.hasNextPage && <div><Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{query.isFetchingNextPage ? "Reading …" : "Older events"}</Button></div>}
    </Page>
  );
}

/** Says that there is nothing, or that nothing is among the newest, which is what a search looks at first. */
function None({ filters, more }: { filters: EventFilters; more: boolean }) {
  if (more) return <Empty title="None of the newest is like that" icon="filter">Older events were not searched yet.</Empty>;
  const plain = JSON.stringify({ ...filters, when: "24h" }) === JSON.stringify(defaults);
  if (plain) return <Empty title="Nothing happened" icon="events" command="prefect events emit">Every change of a run, a pool or a deployment is an event; flows and other programs send their own.</Empty>;
  return <Empty title="No event is like that" icon="filter">Nothing of the kind happened in this time. What comes appears by itself.</Empty>;
}

const columns: Column<FeedEvent>[] = [
  { key: "event", title: "Event", width: "minmax(200px, 1.4fr)", narrow: "name", cell: (event) => <Link {...placeOfEvent(event)} data-open title={event.event}>{event.event}</Link> },
  { key: "kind", title: "Of", width: "128px", narrow: "state", cell: ({ resource }) => <span className="muted">{kindOf(resource)}</span> },
  { key: "resource", title: "Resource", width: "minmax(140px, 1.2fr)", narrow: "where", cell: ({ resource }) => <ResourceLink resource={resource} /> },
  {
    key: "related", title: "Related", width: "minmax(140px, 1.6fr)",
    cell: ({ related }) => <span className="event-related">{related.slice(0, 4).map((resource, i) => <ResourceLink key={i} resource={resource} />)}</span>,
  },
  { key: "when", title: "When", width: "88px", right: true, narrow: "when", cell: ({ occurred }) => <Time at={occurred} /> },
];
