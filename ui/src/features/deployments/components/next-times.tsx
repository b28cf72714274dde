import { Time } from "@/components/time";
import type { ClockChange } from "@/api/schema";
import type { Moment } from "@/api/types";
import { dayAndTime } from "@/lib/time";
import { reading } from "../clock-change";

/** The next times of a schedule, as clocks here show them. */
export function NextTimes({ times }: { times: readonly Moment[] }) {
  if (times.length === 0) return <p className="muted">It names no time to come.</p>;
  return <ol className="next-times">{times.map((at) => <li key={at}><span>{dayAndTime(Date.parse(at))}</span><span className="faint"><Time at={at} /></span></li>)}</ol>;
}

/** What becomes of the times when the clocks of the schedule's zone change, as those clocks read. */
export function AtClockChange({ change }: { change: ClockChange }) {
  const at = reading(change.at);
  return (
    <div className="clock-change">
      <p className="muted">The clocks change on {at.day}, to {at.time} ({at.offset}). About then it is due</p>
      <ol className="next-times">{change.times.map(reading).map(({ day, time, offset }, i) => <li key={i}><span>{day}, {time}</span><span className="faint">{offset}</span></li>)}</ol>
    </div>
  );
}
