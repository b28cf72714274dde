import { Link } from "@/lib/router";
import type { Home } from "@/api/types";
import { Status } from "@/components/status";
import { Time } from "@/components/time";
import { paths } from "@/config/paths";
import { bytes } from "@/lib/bytes";
import { copiesOf } from "@/lib/copies";

type ServerState = Pick<Home, "health" | "backup" | "disk">;

/** How many things are wrong with the server itself. */
export function faultsOf({ health, backup, disk }: ServerState): number {
  return (health === null ? 0 : 1) + copiesOf(backup).filter(({ error }) => error !== null).length + (disk.scarce ? 1 : 0);
}

/** What is wrong with the server itself: its health, the copies of its databases, the room on its disk. */
export function ServerTrouble({ health, backup, disk }: ServerState) {
  return (
    <>
      {health !== null && <Row what="Server" title="The server is not well" text={health} to="about" step="See settings" />}
      {copiesOf(backup).filter(({ error }) => error !== null).map(({ database, error, failing_since: since }) => (
        <Row key={database} what="Backup" title={`The copy of ${database} fails`} text={error ?? ""} since={since} to="backup" step="See the copy" />
      ))}
      {disk.scarce && <Row what="Disk" title={`${bytes(disk.free)} of ${bytes(disk.size)} are free`} text="Keep less, free some space, or grow the volume: when it is full the server takes nothing more." to="keeping" step="See what is kept" />}
    </>
  );
}

function Row({ what, title, text, since, to, step }: { what: string; title: string; text: string; since?: string | null; to: string; step: string }) {
  return (
    <li className="home-row">
      <Status look={{ tone: "failed", icon: "alert", word: what }} />
      <div><p className="cut" title={title}><b>{title}</b></p><p className="muted cut" title={text}>{text}</p></div>
      <span className="home-when faint">{since && <Time at={since} />}</span>
      <Link className="button" to={paths.settings} search={to === "about" ? {} : { tab: to }}>{step}</Link>
    </li>
  );
}
