import { Button } from "@/components/button";
import { Empty } from "@/components/views";
import { restrictions, type RunFilters } from "../filters";

/** Why there is no run to show, and what shows some. */
export function NoRuns({ filters, change }: { filters: RunFilters; change: (part: Partial<RunFilters>) => void }) {
  if (restrictions(filters) > 0 || filters.when !== "any") {
    return (
      <Empty title="No run is like that" icon="filter">
        Nothing matches these filters{filters.when !== "any" && <>, or not in this time. <Button look="quiet" onClick={() => change({ when: "any", after: "", before: "" })}>Look at any time</Button></>}
      </Empty>
    );
  }
  return <Empty title="Nothing has run yet" icon="runs" command="prefect deployment run 'my-flow/my-deployment'">Runs appear here as soon as a flow runs against this server.</Empty>;
}
