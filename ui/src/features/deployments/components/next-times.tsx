import { Time } from "@/components/time";
import type { Moment } from "@/api/types";

const here = new Intl.DateTimeFormat(undefined, { weekday: "short", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** The next times of a schedule, as clocks here show them. */
export function NextTimes({ times }: { times: readonly Moment[] }) {
  if (times.length === 0) return <p className="muted">It names no time to come.</p>;
  return <ol className="next-times">{times.map((at) => <li key={at}><span>{here.format(Date.parse(at)).replace(/:00(?=$| [AP]M)/, "")}</span><span className="faint"><Time at={at} /></span></li>)}</ol>;
}
