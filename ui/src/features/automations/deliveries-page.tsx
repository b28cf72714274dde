import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@/lib/router";
import { Button } from "@/components/button";
import { Select } from "@/components/field";
import { Page, useTitle } from "@/components/page";
import { Empty, Failure, Waiting } from "@/components/views";
import { paths } from "@/config/paths";
import { readPage, useQueryTexts } from "@/lib/route";
import { deliveries, deliveryPage } from "./api/get-deliveries";
import { Deliveries } from "./components/deliveries";

const statuses = [{ value: "", label: "All" }, { value: "dead", label: "Given up" }, { value: "waiting", label: "On the way" }, { value: "delivered", label: "Done" },
  { value: "held", label: "Held back" }, { value: "gathered", label: "Told with others" }, { value: "dropped", label: "Not needed" }];

/** What all automations did. */
export function DeliveriesPage() {
  useTitle("Deliveries");
  const { status = "", page: text } = useQueryTexts();
  const page = readPage(text);
  const query = useQuery(deliveries(status, page));
  const navigate = useNavigate();
  const go = (to: string, next: number) => void navigate({ to: paths.deliveries, replace: true, search: { ...(to && { status: to }), ...(next > 1 && { page: String(next) }) } });
  const rows = query.data ?? [];
  return (
    <Page title="Deliveries" beside={<Link to={paths.automations}>Automations</Link>}>
      <div className="buttons"><Select aria-label="How it stands" value={status} options={statuses} onPick={(value) => go(value, 1)} /></div>
      {query.isPending ? <Waiting what="deliveries" />
        : !query.data ? <Failure error={query.error} onRetry={() => void query.refetch()} />
        : rows.length === 0 ? <Empty title={status ? "None is like that" : "No automation has done anything yet"} icon={status === "dead" ? "check" : "bolt"}>{status === "dead" && "Whatever automations had to do was done, or is on its way."}</Empty>
        : <Deliveries rows={rows} withName />}
      {(page > 1 || rows.length === deliveryPage) && (
        <nav className="buttons" aria-label="Pages">
          <Button disabled={page === 1} onClick={() => go(status, page - 1)}>Newer</Button>
          <Button disabled={rows.length < deliveryPage} onClick={() => go(status, page + 1)}>Older</Button>
        </nav>
      )}
    </Page>
  );
}
