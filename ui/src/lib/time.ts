/** The server's time minus ours in ms, learned from answers that carry a time. */
let skew = 0;

export function learnTime(serverNow: string): void {
  skew = Date.parse(serverNow) - Date.now();
}

/** What time it is at the server, in ms. */
export function now(): number {
  return Date.now() + skew;
}

const steps: [number, string][] = [[60, "s"], [60, "m"], [24, "h"], [30, "d"], [12, "mo"], [Infinity, "y"]];

/** "3 m ago", "in 2 h", "now". Both are ms. */
export function relative(at: number, from: number): string {
  let amount = Math.abs(at - from) / 1000;
  if (amount < 2) return "now";
  let unit = "s";
  for (const [size, name] of steps) {
    unit = name;
    if (amount < size) break;
    amount /= size;
  }
  const text = `${Math.floor(amount)} ${unit}`;
  return at > from ? `in ${text}` : `${text} ago`;
}

/** "450 ms", "12.3 s", "4 m 05 s", "2 h 10 m", "3 d 4 h". */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "–";
  if (seconds === 0) return "0 s";
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const [d, h, m, s] = [Math.floor(whole / 86400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60, whole % 60];
  if (d > 0) return `${d} d ${h} h`;
  if (h > 0) return `${h} h ${two(m)} m`;
  return `${m} m ${two(s)} s`;
}

// What nearly every page shows is written without Intl: see numbers.ts.
const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A number in two digits. */
export const two = (n: number) => String(n).padStart(2, "0");
const dayOf = (at: Date) => `${months[at.getMonth()] ?? ""} ${at.getDate()}`;
const hourOf = (at: Date) => `${two(at.getHours())}:${two(at.getMinutes())}`;

/** The exact moment, here and in UTC. */
export function exact(at: number): string {
  const here = new Date(at);
  const utc = here.toISOString().replace("T", " ").replace(/\.\d+Z$/, " UTC");
  return `${dayOf(here)}, ${here.getFullYear()}, ${hourOf(here)}:${two(here.getSeconds())}\n${utc}`;
}

/** A time of day; with the day when it is not within a day of now. */
export function clock(at: number, from: number): string {
  const here = new Date(at);
  return Math.abs(at - from) < 20 * 3600_000 ? hourOf(here) : `${dayOf(here)}, ${hourOf(here)}`;
}

/** A moment to come with its weekday: "Sat, Nov 28, 09:00", with its seconds where it has some. */
export function dayAndTime(at: number): string {
  const here = new Date(at);
  const seconds = here.getSeconds() > 0 ? `:${two(here.getSeconds())}` : "";
  return `${weekdays[here.getDay()] ?? ""}, ${dayOf(here)}, ${hourOf(here)}${seconds}`;
}

/** The time of a log line, with milliseconds. */
export function fineClock(at: number): string {
  const here = new Date(at);
  return `${hourOf(here)}:${two(here.getSeconds())}.${String(here.getMilliseconds()).padStart(3, "0")}`;
}

/** A day of UTC with its weekday: "Sat, Nov 28". */
export function dayInUTC(at: number): string {
  const day = new Date(at);
  return `${weekdays[day.getUTCDay()] ?? ""}, ${months[day.getUTCMonth()] ?? ""} ${day.getUTCDate()}`;
}

/** A moment as a field of type datetime-local has it, "" for none. */
export function toLocalField(moment: string | null | undefined): string {
  if (!moment) return "";
  const at = new Date(moment);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The moment that such a field names, "" for none. */
export function fromLocalField(text: string): string {
  return text ? new Date(text).toISOString() : "";
}
