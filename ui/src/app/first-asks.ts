import { paths } from "@/config/paths";
import * as deployments from "@/features/deployments/filters";
import * as events from "@/features/events/filters";
import * as flows from "@/features/flows/filters";
import * as runs from "@/features/runs/filters";
import { lastSearch } from "@/features/runs/saved";
import type { Query } from "@/lib/router/address";

export interface Ask {
  path: string;
  body: object;
}

/** What the page of a list asks first, which follows from its query; null when it does not. */
type Asks = (query: Query, now: number) => Ask | null;

/** The lists whose filters are the body of a request: what a GET asks the server names (config/first-requests.ts). */
export const firstAsks: Readonly<Record<string, Asks | undefined>> = {
  [paths.runs]: (query, now) => {
    // Opened as it was left it goes to another query first.
    if (Object.keys(query).length === 0 && Object.keys(lastSearch()).length > 0) return null;
    const filters = runs.fromSearch(query);
    return filters.group === ""
      ? { path: `/reeve/${filters.kind}_runs/rows`, body: runs.toBody(filters, now) }
      : { path: `/reeve/${filters.kind}_runs/groups`, body: runs.toGroupBody(filters, now) };
  },
  [paths.flows]: (query) => ({ path: "/reeve/flows/rows", body: flows.toBody(flows.fromSearch(query)) }),
  [paths.deployments]: (query) => ({ path: "/reeve/deployments/rows", body: deployments.toBody(deployments.fromSearch(query)) }),
  [paths.events]: (query, now) => ({ path: "/reeve/events/feed", body: { filter: events.toFilter(events.fromSearch(query), now) } }),
};
