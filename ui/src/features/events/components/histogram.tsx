import { grouped } from "@/lib/numbers";
import { clock, exact, now } from "@/lib/time";
import type { FeedBar } from "../types";

/** How many events there were over the time, as far back as they were counted. A bar leads to its own time; the facet of times does the same by keyboard. */
export function Histogram({ bars, since, onPick }: { bars: readonly FeedBar[]; since: string; onPick: (after: string, before: string) => void }) {
  const most = Math.max(1, ...bars.map(({ count }) => count));
  const total = bars.reduce((sum, { count }) => sum + count, 0);
  const [first, last] = [bars[0], bars[bars.length - 1]];
  if (!first || !last) return null;
  const cut = Date.parse(since) > Date.parse(first.end);
  const until = Math.min(Date.parse(last.end), now()); // the last bar is not over yet
  return (
    <figure className="card histogram">
      <div className="histogram-bars" role="img" aria-label={`${grouped(total)} events, at most ${grouped(most)} in one bar`}>
        {bars.map(({ start, end, count }) => (
          <span key={start} {...(count > 0 && { title: `${exact(Date.parse(start)).split("\n")[0] ?? ""}: ${grouped(count)}`, className: "some", onClick: () => onPick(start, end) })}>
            <i style={{ height: count === 0 ? 0 : `${Math.max(6, (count / most) * 100)}%` }} />
          </span>
        ))}
      </div>
      <figcaption className="faint"><span>{clock(Date.parse(first.start), until)}</span><span>{grouped(total)} events{cut && `, counted back to ${clock(Date.parse(since), until)}`}</span><span>{clock(until, until)}</span></figcaption>
    </figure>
  );
}
