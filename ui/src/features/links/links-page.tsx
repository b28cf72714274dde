import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@/lib/router";
import { useEffect } from "react";
import { get } from "@/api/client";
import { Failure, Waiting } from "@/components/views";
import { paths } from "@/config/paths";
import { usePathParam } from "@/lib/route";

interface Found {
  flow_run_id?: string | null;
  work_pool_name?: string | null;
}

/** Asks where something is shown that a link names by its id alone, and leads there. */
function Lead({ path, place }: { path: string; place: (found: Found) => { to: string; params: Record<string, string>; search: Record<string, string> } | null }) {
  const id = usePathParam("id");
  const query = useQuery({ queryKey: ["link", path, id], queryFn: ({ signal }) => get<Found>(`${path}${encodeURIComponent(id)}`, signal) });
  const navigate = useNavigate();
  const there = query.data ? place(query.data) : null;
  useEffect(() => {
    if (there) void navigate({ ...there, replace: true });
  });
  if (query.data && !there) return <Failure error={new Error("It has no page of its own.")} />;
  return query.error ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : <Waiting what="where it is" />;
}

/** A task run is shown on the page of its flow run. */
export function TaskRunLink() {
  const id = usePathParam("id");
  return <Lead path="/task_runs/" place={({ flow_run_id: run }) => (run ? { to: paths.run, params: { id: run }, search: { task: id } } : null)} />;
}

/** A queue is shown on the page of its pool. */
export function QueueLink() {
  return <Lead path="/work_queues/" place={({ work_pool_name: name }) => (name ? { to: paths.pool, params: { name }, search: {} } : null)} />;
}
