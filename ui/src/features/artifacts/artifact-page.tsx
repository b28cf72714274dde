import { useQuery } from "@tanstack/react-query";
import { Link } from "@/lib/router";
import { Page, useTitle } from "@/components/page";
import { Time } from "@/components/time";
import { Failure, Waiting } from "@/components/views";
import { paths } from "@/config/paths";
import { usePathParam } from "@/lib/route";
import { artifactById, artifactByKey } from "./api/get-artifact";
import { ArtifactActions } from "./components/artifact-actions";
import { ArtifactBody } from "./components/artifact-body";
import { Versions } from "./components/versions";
import type { ArtifactOverview } from "./types";
import "./artifacts.css";

/** The newest artifact of a key. */
export function ArtifactKeyPage() {
  return <Loaded options={artifactByKey(usePathParam("name"))} />;
}

/** One artifact, which need not be the newest of its key, nor have one. */
export function ArtifactPage() {
  return <Loaded options={artifactById(usePathParam("id"))} />;
}

function Loaded({ options }: { options: ReturnType<typeof artifactById> }) {
  const query = useQuery(options);
  if (query.isPending) return <Waiting what="the artifact" />;
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  return <Overview overview={query.data} />;
}

function Overview({ overview: { artifact, row, versions } }: { overview: ArtifactOverview }) {
  const name = artifact.key ?? "Artifact without a key";
  useTitle(name);
  const notes = Object.entries(artifact.metadata_ ?? {});
  return (
    <Page title={name} beside={<span className="muted">{artifact.type}</span>} actions={<ArtifactActions artifact={artifact} versions={versions} />}>
      <p className="artifact-origin muted">
        <span>Made <Time at={row.created} /></span>
        {row.flow_run_id && row.flow_run_name && <span>by <Link to={paths.run} params={{ id: row.flow_run_id }}>{row.flow_run_name}</Link></span>}
        {row.flow_run_id && row.task_run_id && row.task_run_name && <span>in task <Link to={paths.run} params={{ id: row.flow_run_id }} search={{ task: row.task_run_id }}>{row.task_run_name}</Link></span>}
      </p>
      {artifact.description && <p className="artifact-about">{artifact.description}</p>}
      <div className={versions.length > 1 ? "artifact many" : "artifact"}>
        <div className="artifact-main">
          <ArtifactBody artifact={artifact} />
          {notes.length > 0 && <dl className="card artifact-notes">{notes.map(([key, value]) => [<dt key={key}>{key}</dt>, <dd key={`${key} value`}>{value}</dd>])}</dl>}
        </div>
        {versions.length > 1 && <Versions versions={versions} shown={artifact.id} />}
      </div>
    </Page>
  );
}
