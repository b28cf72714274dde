import { clock, relative } from "@/lib/time";
import { useLive } from "@/lib/live-context";
import { useTick } from "@/components/time";

/** How the tab is connected: a dot and a sentence. */
export function Connection() {
  const { liveness, since, next, wake } = useLive();
  useTick();
  if (liveness === "resting") {
    const now = Date.now();
    return (
      <button type="button" className="connection" data-liveness={liveness} onClick={wake} title="Wake">
        <span className="dot" />
        <span className="words">
          Asleep since {clock(since ?? now, now)}, so that the server may sleep. {next ? `Next run ${relative(Date.parse(next), now)}. ` : ""}Move to wake.
        </span>
      </button>
    );
  }
  const words = { live: "Live", connecting: "Connecting …", polling: "Not live: looks every 10 s" }[liveness];
  return (
    <div className="connection" data-liveness={liveness} role="status" title={words}>
      <span className="dot" /><span className="words">{words}</span>
    </div>
  );
}
