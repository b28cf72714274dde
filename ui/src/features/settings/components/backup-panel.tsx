import { useQuery } from "@tanstack/react-query";
import type { RestorePoints } from "@/api/schema";
import { Command } from "@/components/command";
import { Section } from "@/components/page";
import { Status } from "@/components/status";
import { Time } from "@/components/time";
import { Failure, Waiting } from "@/components/views";
import { bytes } from "@/lib/bytes";
import { commandLine } from "@/lib/command-line";
import type { Copy } from "@/lib/copies";
import { grouped } from "@/lib/numbers";
import { restorePoints } from "../api/get-restore-points";
import { fromSnapshot, fromStorage } from "../restore-command";
import { copyLook } from "../words";

/** How the copies stand, and the moments to which the databases can be put back, each with its command. */
export function BackupPanel({ copies }: { copies: readonly Copy[] }) {
  return (
    <div className="settings-tab">
      {copies.length === 0 ? <NoCopy /> : (
        <ul className="card copies">
          {copies.map((copy) => (
            <li key={copy.database}>
              <Status look={copyLook(copy)} />
              <div><p><b>{copy.database}</b> <code className="muted">{copy.url}</code></p><p className="muted">{copy.error ?? <>all that was written until <Time at={copy.until} /> is there</>}</p></div>
            </li>
          ))}
        </ul>
      )}
      <Points />
    </div>
  );
}

function NoCopy() {
  return (
    <div className="card copies-none">
      <p><b>No copy is kept elsewhere.</b></p>
      <p className="muted">With this in reeve.toml each database is copied to S3-compatible storage as it is written, and put back when the disk is lost:</p>
      <pre>{"[backup]\nurl = \"s3://bucket/prefix\""}</pre>
    </div>
  );
}

function Points() {
  const query = useQuery(restorePoints);
  if (query.isPending) return <Waiting what="the restore points" />;
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  const { copies, snapshots, database } = query.data;
  return (
    <>
      {copies.map((copy) => <InStorage key={copy.database} copy={copy} file={database} />)}
      <Section title="Snapshots" beside={<span className="faint">beside the database</span>}>
        {snapshots.length === 0 ? <p className="muted">There is none. This takes one, also while the server runs: <Command text={commandLine("reeve", "server", "database", "backup", "--database", database)} /></p> : (
          <ul className="card points">
            {snapshots.map(({ at, path, size }) => <li key={path}><Time at={at} /><span className="num muted">{bytes(size)}</span><Command text={fromSnapshot(path, database)} /></li>)}
          </ul>
        )}
      </Section>
      <p className="muted">Stop the server first. The database that was there stays beside the one that is put back.</p>
    </>
  );
}

function InStorage({ copy: { database, count, points, error }, file }: { copy: RestorePoints["copies"][number]; file: string }) {
  return (
    <Section title={`Restore points of the ${database}`}
      beside={count > points.length && <span className="faint">{points.length} of {grouped(count)}: the newest, then one an hour, then one a day; the command takes any moment between</span>}>
      {error !== "" ? <p className="muted">{error}</p> : (
        <ul className="card points">{points.map((at) => <li key={at}><Time at={at} /><span /><Command text={fromStorage(database, file, at)} /></li>)}</ul>
      )}
    </Section>
  );
}
