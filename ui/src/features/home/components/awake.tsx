import { Link } from "@/lib/router";
import type { Home } from "@/api/types";
import { Section } from "@/components/page";
import { paths } from "@/config/paths";
import { awakePart, costWords, dayWords, stripWords } from "../awake";

/** When the server was awake in the last days, a bar for each, with what it costs. */
export function Awake({ awake: { days, cost } }: { awake: Home["awake"] }) {
  const words = stripWords(days);
  if (words === "") return null;
  return (
    <Section title="Last 30 days" beside={<Link className="faint" to={paths.settings} search={{ tab: "cost" }}>who woke it, and what it costs</Link>}>
      <div className="card awake">
        <div className="awake-days" role="img" aria-label={`The server was ${words}`}>
          {days.map((day) => {
            const part = awakePart(day);
            return <span key={day.day} className={part === null ? "unknown" : ""} title={dayWords(day)}>{part !== null && part > 0 && <i style={{ height: `${part}%` }} />}</span>;
          })}
        </div>
        <p className="muted">{words}{cost && <> · <span className="num" title={`For a ${cost.machine}, by the host's prices`}>{costWords(cost)}</span></>}</p>
      </div>
    </Section>
  );
}
