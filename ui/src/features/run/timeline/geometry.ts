/**
 * The geometry of a timeline: bars in rows over time. Pure: what is drawn, hit and zoomed follows from these functions.
 * Times are in ms, lengths in CSS pixels.
 */
import type { Look } from "@/lib/states";

export interface Bar {
  id: string;
  label: string;
  tone: Look["tone"];
  /** What is drawn of it, in the order of time. */
  phases: Phase[];
  /** A run that it stands for, which can be opened. */
  opens?: string;
  kind: "run" | "task" | "subflow";
}

export interface Phase {
  /** It waits for its turn, its process starts, it works, or it pauses. */
  kind: "wait" | "start" | "work" | "pause";
  from: number;
  /** null while it goes on. */
  to: number | null;
}

/** What of the time is seen. */
export interface View {
  from: number;
  to: number;
}

/** A view is never shorter than this. */
export const shortest = 20;

/** The view that holds all bars, with a little air at its end. */
export function whole(bars: readonly Bar[], now: number): View {
  let from = Infinity;
  let to = -Infinity;
  for (const { phases } of bars) {
    for (const phase of phases) {
      from = Math.min(from, phase.from);
      to = Math.max(to, phase.to ?? now);
    }
  }
  if (from > to) return { from: now - 1000, to: now };
  return { from, to: to + Math.max(shortest, (to - from) * 0.02) };
}

export function xOf(view: View, width: number, at: number): number {
  return ((at - view.from) / (view.to - view.from)) * width;
}

export function timeAt(view: View, width: number, x: number): number {
  return view.from + (x / width) * (view.to - view.from);
}

/** Closer by a factor above 1, further by one below, around a time which stays where it is. */
export function zoom(view: View, bounds: View, factor: number, around: number): View {
  const length = Math.min(Math.max((view.to - view.from) / factor, shortest), bounds.to - bounds.from);
  const part = (around - view.from) / (view.to - view.from);
  return within({ from: around - part * length, to: around + (1 - part) * length }, bounds);
}

export function pan(view: View, bounds: View, by: number): View {
  return within({ from: view.from + by, to: view.to + by }, bounds);
}

/** Moves a view into its bounds, and cuts it when it is longer. */
export function within(view: View, bounds: View): View {
  const length = view.to - view.from;
  if (length >= bounds.to - bounds.from) return bounds;
  const from = Math.min(Math.max(view.from, bounds.from), bounds.to - length);
  return { from, to: from + length };
}

/** Steps between ticks that people read easily. */
const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 10e3, 15e3, 30e3, 60e3, 120e3, 300e3, 600e3, 900e3, 1800e3,
  3600e3, 7200e3, 14400e3, 21600e3, 43200e3, 86400e3, 172800e3, 604800e3];

export interface Tick {
  at: number;
  /** Since the beginning of the bounds: "+1 m 30 s". */
  label: string;
}

/** Ticks at least `gap` pixels apart, counted from an origin. */
export function ticks(view: View, width: number, origin: number, gap = 88): Tick[] {
  const least = ((view.to - view.from) / Math.max(1, width)) * gap;
  const step = steps.find((each) => each >= least) ?? Math.ceil(least / 604800e3) * 604800e3;
  const all: Tick[] = [];
  for (let n = Math.ceil((view.from - origin) / step); origin + n * step <= view.to; n++) {
    all.push({ at: origin + n * step, label: offset(n * step) });
  }
  return all;
}

/** A length since the beginning, without what is zero at its end. */
export function offset(ms: number): string {
  if (ms === 0) return "0";
  const sign = ms < 0 ? "−" : "";
  let rest = Math.abs(Math.round(ms));
  const parts: string[] = [];
  for (const [unit, name] of [[86400e3, "d"], [3600e3, "h"], [60e3, "m"], [1e3, "s"], [1, "ms"]] as const) {
    const n = Math.floor(rest / unit);
    rest -= n * unit;
    if (n > 0) parts.push(`${n} ${name}`);
  }
  return sign + parts.slice(0, 2).join(" ");
}

export interface Box {
  x: number;
  w: number;
  kind: Phase["kind"];
}

/** The boxes of a bar that are seen, none narrower than `least`. */
export function boxes(bar: Bar, view: View, width: number, now: number, least = 2): Box[] {
  const seen: Box[] = [];
  for (const { kind, from, to } of bar.phases) {
    const left = xOf(view, width, from);
    const right = Math.max(xOf(view, width, to ?? Math.max(now, from)), left + (kind === "work" ? least : 0));
    if (right < 0 || left > width || right <= left) continue;
    const x = Math.max(left, -4);
    seen.push({ x, w: Math.min(right, width + 4) - x, kind });
  }
  return seen;
}

/** The rows that are seen: the first, and the one after the last. */
export function rowsSeen(scrolled: number, height: number, rowHeight: number, count: number): [number, number] {
  const first = Math.max(0, Math.floor(scrolled / rowHeight));
  return [first, Math.min(count, Math.ceil((scrolled + height) / rowHeight))];
}

/** The row at a height, -1 for none. */
export function rowAt(y: number, scrolled: number, rowHeight: number, count: number): number {
  const row = Math.floor((y + scrolled) / rowHeight);
  return row >= 0 && row < count ? row : -1;
}

/** When a bar began to work and when it ended; null when it never worked. */
export function span(bar: Bar, now: number): View | null {
  const work = bar.phases.filter((phase) => phase.kind === "work");
  const [first, last] = [work[0], work.at(-1)];
  return first && last ? { from: first.from, to: last.to ?? now } : null;
}

/**
 * The chain of bars that decided how long it all took: the one that ended last, before it the one that ended last
 * before that began, and so on. Two bars meet when one begins at most `slack` ms before the other's end.
 */
export function criticalPath(bars: readonly Bar[], now: number, slack = 250): Set<string> {
  const spans = bars.flatMap((bar) => {
    const at = bar.kind === "run" ? null : span(bar, now);
    return at ? [{ id: bar.id, ...at }] : [];
  }).sort((a, b) => b.to - a.to);
  const path = new Set<string>();
  let before = Infinity;
  for (const each of spans) {
    if (each.to > before + slack || each.from >= before) continue;
    path.add(each.id);
    before = each.from;
  }
  return path;
}
