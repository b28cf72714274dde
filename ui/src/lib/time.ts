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
  const two = (n: number) => String(n).padStart(2, "0");
  if (d > 0) return `${d} d ${h} h`;
  if (h > 0) return `${h} h ${two(m)} m`;
  return `${m} m ${two(s)} s`;
}

/** Writes moments in one way. What does so is dear to make, and is made when it is first needed. */
export function writer(locale: string | undefined, options: Intl.DateTimeFormatOptions): (at: number) => string {
  let made: Intl.DateTimeFormat | undefined;
  return (at) => (made ??= new Intl.DateTimeFormat(locale, options)).format(at);
}

const local = writer(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** The exact moment, here and in UTC. */
export function exact(at: number): string {
  const utc = new Date(at).toISOString().replace("T", " ").replace(/\.\d+Z$/, " UTC");
  return `${local(at)}\n${utc}`;
}

const hour = writer(undefined, { hour: "2-digit", minute: "2-digit" });
const day = writer(undefined, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });

/** A time of day; with the day when it is not within a day of now. */
export function clock(at: number, from: number): string {
  return Math.abs(at - from) < 20 * 3600_000 ? hour(at) : day(at);
}

/** The time of a log line, with milliseconds. */
export const fineClock = writer("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });

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
