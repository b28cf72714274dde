import { colour } from "@/lib/theme";
import { type Bar, boxes, type Tick, type View, xOf } from "./geometry";
import type { Mark, Marks } from "./marks";

/** What the canvas is drawn from. */
export interface Scene {
  bars: readonly Bar[];
  view: View;
  now: number;
  /** Size in CSS pixels; the gutter on the left has the names. */
  width: number;
  height: number;
  gutter: number;
  rowHeight: number;
  scrolled: number;
  seen: [number, number];
  ticks: readonly Tick[];
  marks: Marks;
  critical: ReadonlySet<string> | null;
  hovered: string | null;
  chosen: string | null;
}

const tones = ["completed", "failed", "crashed", "running", "pending", "scheduled", "late", "paused", "cancelled"] as const;
const names = ["surface", "line", "text", "text-2", "text-3", "hover", "selected", "accent", ...tones] as const;
export type Palette = Record<(typeof names)[number], string>;

/** The colours of the tokens as they are now. */
export function palette(): Palette {
  return Object.fromEntries(names.map((name) => [name, colour(name)])) as Palette;
}

export const axis = 24;

export function paint(c: CanvasRenderingContext2D, s: Scene, p: Palette): void {
  c.fillStyle = p.surface;
  c.fillRect(0, 0, s.width, s.height);
  const plot = s.width - s.gutter;
  c.font = "12px system-ui, sans-serif";
  c.textBaseline = "middle";
  paintTicks(c, s, p, plot);
  for (let row = s.seen[0]; row < s.seen[1]; row++) {
    const bar = s.bars[row];
    if (bar) paintRow(c, s, p, bar, axis + row * s.rowHeight - s.scrolled, plot);
  }
  // The axis covers what has scrolled under it.
  c.fillStyle = p.surface;
  c.fillRect(0, 0, s.width, axis);
  c.fillStyle = p["text-3"];
  for (const tick of s.ticks) {
    const x = s.gutter + xOf(s.view, plot, tick.at);
    if (x < s.width - 12) c.fillText(tick.label, x + 4, axis / 2);
  }
  c.fillStyle = p.line;
  c.fillRect(0, axis - 1, s.width, 1);
}

function paintTicks(c: CanvasRenderingContext2D, s: Scene, p: Palette, plot: number): void {
  c.fillStyle = p.line;
  for (const tick of s.ticks) c.fillRect(Math.round(s.gutter + xOf(s.view, plot, tick.at)), 0, 1, s.height);
}

function paintRow(c: CanvasRenderingContext2D, s: Scene, p: Palette, bar: Bar, y: number, plot: number): void {
  const lit = bar.id === s.chosen ? p.selected : bar.id === s.hovered ? p.hover : null;
  if (lit) {
    c.globalAlpha = 0.75;
    c.fillStyle = lit;
    c.fillRect(0, y, s.width, s.rowHeight);
    c.globalAlpha = 1;
  }
  const tone = p[bar.tone];
  const faded = s.critical !== null && bar.kind !== "run" && !s.critical.has(bar.id);
  const middle = y + s.rowHeight / 2;
  c.save();
  c.beginPath();
  c.rect(s.gutter, y, plot, s.rowHeight);
  c.clip();
  c.globalAlpha = faded ? 0.3 : 1;
  for (const box of boxes(bar, s.view, plot, s.now)) {
    const x = s.gutter + box.x;
    c.fillStyle = tone;
    if (box.kind === "work") round(c, x, middle - 6, box.w, 12, 3);
    else if (box.kind === "start") hatched(c, x, middle - 4, box.w, 8, tone);
    else if (box.kind === "pause") { c.globalAlpha = faded ? 0.15 : 0.35; round(c, x, middle - 6, box.w, 12, 3); c.globalAlpha = faded ? 0.3 : 1; }
    else { c.globalAlpha = faded ? 0.2 : 0.6; c.fillRect(x, middle - 1, box.w, 2); c.globalAlpha = faded ? 0.3 : 1; }
  }
  c.globalAlpha = 1;
  for (const mark of s.marks.get(bar.id) ?? []) paintMark(c, mark.kind, s.gutter + xOf(s.view, plot, mark.at), middle, p);
  c.restore();
  c.fillStyle = faded ? p["text-3"] : bar.kind === "run" ? p.text : p["text-2"];
  c.font = bar.kind === "run" ? "600 12px system-ui, sans-serif" : "12px system-ui, sans-serif";
  c.fillText(fit(c, `${bar.kind === "subflow" ? "▸ " : ""}${bar.label}`, s.gutter - 20), 12, middle + 0.5);
}

function round(c: CanvasRenderingContext2D, x: number, y: number, w: number, h: number, r: number): void {
  c.beginPath();
  c.roundRect(x, y, w, h, Math.min(r, w / 2));
  c.fill();
}

/** The start of a process: an outline, so that it is told from work without its colour. */
function hatched(c: CanvasRenderingContext2D, x: number, y: number, w: number, h: number, tone: string): void {
  c.globalAlpha = 0.25;
  c.fillRect(x, y, w, h);
  c.globalAlpha = 1;
  c.strokeStyle = tone;
  c.lineWidth = 1;
  if (w > 2) c.strokeRect(x + 0.5, y + 0.5, w - 1, h - 1);
}

/** An artifact is a diamond, an event a circle. */
function paintMark(c: CanvasRenderingContext2D, kind: Mark["kind"], x: number, y: number, p: Palette): void {
  c.beginPath();
  if (kind === "event") c.arc(x, y, 4, 0, 2 * Math.PI);
  else {
    c.moveTo(x, y - 5);
    c.lineTo(x + 5, y);
    c.lineTo(x, y + 5);
    c.lineTo(x - 5, y);
    c.closePath();
  }
  c.fillStyle = p.surface;
  c.fill();
  c.strokeStyle = p.text;
  c.lineWidth = 1.5;
  c.stroke();
}

/** n characters of a text, without its middle: task runs differ in their ends. */
function middleCut(text: string, n: number): string {
  const end = Math.ceil(n / 3);
  return `${text.slice(0, n - end)}…${text.slice(text.length - end)}`;
}

const widths = new Map<string, string>();

/** A text cut to a width. What was measured once is kept. */
function fit(c: CanvasRenderingContext2D, text: string, width: number): string {
  const key = `${width} ${c.font} ${text}`;
  let cut = widths.get(key);
  if (cut === undefined) {
    cut = text;
    let n = text.length;
    while (n > 4 && c.measureText(cut).width > width) {
      n -= Math.max(1, Math.floor((n * (c.measureText(cut).width - width)) / c.measureText(cut).width));
      cut = middleCut(text, n);
    }
    if (widths.size > 20_000) widths.clear();
    widths.set(key, cut);
  }
  return cut;
}

/** The strip with everything in it: thin lines, and the view as a frame. */
export function paintMinimap(c: CanvasRenderingContext2D, bars: readonly Bar[], bounds: View, view: View, now: number, width: number, height: number, p: Palette): void {
  c.fillStyle = p.surface;
  c.fillRect(0, 0, width, height);
  const line = Math.min(3, (height - 4) / Math.max(1, bars.length));
  bars.forEach((bar, row) => {
    c.fillStyle = p[bar.tone];
    for (const box of boxes(bar, bounds, width, now, 1)) if (box.kind === "work") c.fillRect(box.x, 2 + row * line, Math.max(1, box.w), Math.max(0.75, line * 0.7));
  });
  const left = xOf(bounds, width, view.from);
  const right = xOf(bounds, width, view.to);
  c.fillStyle = p.surface;
  c.globalAlpha = 0.65;
  c.fillRect(0, 0, left, height);
  c.fillRect(right, 0, width - right, height);
  c.globalAlpha = 1;
  c.strokeStyle = p.accent;
  c.lineWidth = 1.5;
  c.strokeRect(left + 0.75, 0.75, Math.max(3, right - left - 1.5), height - 1.5);
}
