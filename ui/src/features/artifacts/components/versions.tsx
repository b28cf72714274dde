import { grouped } from "@/lib/numbers";
import { Link } from "@/lib/router";
import { Section } from "@/components/page";
import { Time } from "@/components/time";
import { paths } from "@/config/paths";
import type { ArtifactRow } from "../types";

/** The artifacts of one key, the newest first. */
export function Versions({ versions, shown }: { versions: readonly ArtifactRow[]; shown: string }) {
  return (
    <Section title="Versions" beside={<span className="faint">{grouped(versions.length)}</span>}>
      <ol className="card artifact-versions" tabIndex={0}>
        {versions.map((version, i) => (
          <li key={version.id}>
            <Link to={paths.artifact} params={{ id: version.id }} replace aria-current={version.id === shown ? "true" : undefined}>
              <span><Time at={version.created} />{i === 0 && <span className="muted"> · newest</span>}</span>
              <span className="muted cut">{version.flow_run_name}</span>
            </Link>
          </li>
        ))}
      </ol>
    </Section>
  );
}
