import type { Id, Moment } from "@/api/types";

/** What a table shows of an artifact. */
export interface ArtifactRow {
  id: Id;
  key: string | null;
  type: string | null;
  description: string | null;
  created: Moment | null;
  flow_run_id: Id | null;
  flow_run_name: string | null;
  task_run_id: Id | null;
  task_run_name: string | null;
  /** How many artifacts have the key. */
  versions?: number;
}

export interface Artifact {
  id: Id;
  key: string | null;
  type: string | null;
  description: string | null;
  data: unknown;
  metadata_: Record<string, string> | null;
}

export interface ArtifactOverview {
  artifact: Artifact;
  row: ArtifactRow;
  /** Those of the same key, the newest first. */
  versions: ArtifactRow[];
  now: Moment;
}
