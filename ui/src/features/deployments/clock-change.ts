import type { Moment } from "@/api/types";
import { dayInUTC } from "@/lib/time";

/** A moment as the clocks of its own zone read: its day, its time and how far they are from UTC. */
export function reading(at: Moment): { day: string; time: string; offset: string } {
  const [date = "", rest = ""] = at.split("T");
  const [, clock = "", seconds = "00", offset = "Z"] = /^(\d\d:\d\d):(\d\d)(?:\.\d+)?(Z|[+-].*)$/.exec(rest) ?? [];
  return { day: dayInUTC(Date.parse(`${date}T00:00:00Z`)), time: seconds === "00" ? clock : `${clock}:${seconds}`, offset: offset === "Z" ? "UTC" : `UTC${offset.replace("-", "−")}` };
}
