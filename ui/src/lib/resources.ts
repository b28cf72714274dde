/** Where the things that events speak of are shown. Pure. */
import { paths } from "@/config/paths";

export type Resource = Readonly<Record<string, string>>;

/** A page of ours: its path, and what stands in it. */
export interface Place {
  to: string;
  params: Record<string, string>;
  search?: Record<string, string>;
}

const byId: Readonly<Record<string, string | undefined>> = {
  flow: paths.flow, "flow-run": paths.run, "task-run": paths.taskRun, deployment: paths.deployment, "work-queue": paths.queue, automation: paths.automation,
  "block-document": paths.block, "concurrency-limit": paths.limit,
};

/** The kind and the id of "prefect.flow-run.<id>"; null for what is not ours. */
export function partsOf(id: string): { kind: string; id: string } | null {
  const found = id.match(/^prefect\.([a-z-]+)\.(.+)$/);
  return found?.[1] && found[2] ? { kind: found[1], id: found[2] } : null;
}

const nouns: Readonly<Record<string, string | undefined>> = { "block-document": "block", sla: "agreement" };

/** What a kind of resource is called: "flow run" of "flow-run". */
export function noun(kind: string): string {
  return nouns[kind] ?? kind.replaceAll("-", " ");
}

/** The page of a resource, null when it has none. */
export function placeOf(resource: Resource): Place | null {
  const of = partsOf(resource["prefect.resource.id"] ?? "");
  if (!of) return null;
  const { kind, id } = of;
  const name = resource["prefect.resource.name"];
  if (kind === "work-pool") return name ? { to: paths.pool, params: { name } } : null;
  if (kind === "tag") return { to: paths.runs, params: {}, search: { tag: id } };
  if (kind === "artifact-collection") return name ? { to: paths.artifactKey, params: { name } } : null;
  const to = byId[kind];
  return to ? { to, params: { id } } : null;
}

/** The page of an event. The day in its address is the reference's, and says nothing to us. */
export function placeOfEvent({ id, occurred }: { id: string; occurred: string }): Place {
  return { to: paths.event, params: { date: occurred.slice(0, 10), id } };
}

/** What people call a resource, as far as it says so itself. */
export function nameOf(resource: Resource): string {
  return resource["prefect.resource.name"] ?? resource["prefect.name"] ?? partsOf(resource["prefect.resource.id"] ?? "")?.id ?? resource["prefect.resource.id"] ?? "";
}

/** "flow run" of "prefect.flow-run.<id>", "" for what is not ours. */
export function kindOf(resource: Resource): string {
  const of = partsOf(resource["prefect.resource.id"] ?? "");
  return of ? noun(of.kind) : "";
}
