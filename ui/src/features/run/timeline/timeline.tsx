import { type KeyboardEvent, type PointerEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { IconButton } from "@/components/button";
import { useTick } from "@/components/time";
import { duration, exact, now as serverNow } from "@/lib/time";
import { type Bar, criticalPath, pan, rowAt, rowsSeen, span, ticks, timeAt, type View, whole, within, zoom } from "./geometry";
import { axis, paint, type Palette, palette } from "./paint";
import { type Mark, markAt, type Marks } from "./marks";
import { Minimap } from "./minimap";
import "./timeline.css";

interface Props {
  bars: readonly Bar[];
  marks: Marks;
  /** Whether something goes on: then the view grows with the time. */
  live: boolean;
  chosen: string | null;
  onChoose: (id: string | null) => void;
  onOpen: (run: string) => void;
  onMark: (mark: Mark) => void;
}

const rowHeight = 24;
const tallest = 480;

/** Runs and tasks over time, on a canvas. The table beside it tells the same in words. */
export function Timeline({ bars, marks, live, chosen, onChoose, onOpen, onMark }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(box);
  const colours = usePalette();
  const now = useNow(live);
  const bounds = useMemo(() => whole(bars, now), [bars, now]);
  const [wanted, setView] = useState<View | null>(null);
  const view = wanted ? within(wanted, bounds) : bounds;
  const [scrolled, setScrolled] = useState(0);
  const [hover, setHover] = useState<{ bar: Bar; mark: Mark | null; x: number; y: number } | null>(null);
  const [showPath, setShowPath] = useState(false);
  const path = useMemo(() => (showPath ? criticalPath(bars, now) : null), [showPath, bars, now]);
  const height = Math.min(tallest, axis + bars.length * rowHeight + 4);
  const gutter = width < 560 ? 104 : 188;
  const plot = Math.max(1, width - gutter);

  useEffect(() => {
    const c = canvas.current?.getContext("2d");
    if (!canvas.current || !c || width === 0) return;
    const ratio = devicePixelRatio;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.current.width !== w || canvas.current.height !== h) Object.assign(canvas.current, { width: w, height: h });
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    paint(c, {
      bars, view, now, width, height, gutter, rowHeight, scrolled, marks, chosen, critical: path, hovered: hover?.bar.id ?? null,
      seen: rowsSeen(scrolled, height - axis, rowHeight, bars.length), ticks: ticks(view, plot, bounds.from),
    }, colours);
  });

  const barAt = (x: number, y: number): Bar | undefined => (y < axis || x < 0 ? undefined : bars[rowAt(y - axis, scrolled, rowHeight, bars.length)]);
  const markOf = (bar: Bar | undefined, x: number) => (bar && x >= gutter ? markAt(marks.get(bar.id) ?? [], view, plot, x - gutter) : null);
  const drag = useDrag({
    onMove: (dx) => setView(pan(view, bounds, (-dx / plot) * (view.to - view.from))),
    onHover: (x, y) => { const bar = barAt(x, y); setHover(bar ? { bar, mark: markOf(bar, x), x, y } : null); },
    onClick: (x, y) => {
      const bar = barAt(x, y);
      const mark = markOf(bar, x);
      if (mark) onMark(mark);
      else onChoose(bar && bar.kind !== "run" && bar.id !== chosen ? bar.id : null);
    },
    onDouble: (x, y) => { const bar = barAt(x, y); if (bar?.opens) onOpen(bar.opens); },
  });
  useWheel(box, useCallback((event: WheelEvent, x: number) => {
    if (event.ctrlKey || event.metaKey) setView(zoom(view, bounds, Math.exp(-event.deltaY / 200), timeAt(view, plot, Math.max(0, x - gutter))));
    else setView(pan(view, bounds, ((event.shiftKey ? event.deltaY : event.deltaX) / plot) * (view.to - view.from)));
  }, [view, bounds, plot, gutter]));

  const middle = (view.from + view.to) / 2;
  const act = (key: string): boolean => {
    const row = bars.findIndex((bar) => bar.id === chosen);
    const steps: Record<string, () => void> = {
      "+": () => setView(zoom(view, bounds, 1.5, middle)), "=": () => setView(zoom(view, bounds, 1.5, middle)),
      "-": () => setView(zoom(view, bounds, 1 / 1.5, middle)), "0": () => setView(null),
      ArrowLeft: () => setView(pan(view, bounds, -(view.to - view.from) / 8)), ArrowRight: () => setView(pan(view, bounds, (view.to - view.from) / 8)),
      ArrowDown: () => choose(Math.min(bars.length - 1, Math.max(1, row + 1))), ArrowUp: () => choose(Math.max(1, row - 1)),
      Enter: () => { const to = bars[row]?.opens; if (to) onOpen(to); }, Escape: () => onChoose(null),
    };
    steps[key]?.();
    return key in steps;
  };
  const choose = (row: number) => {
    const bar = bars[row];
    if (!bar || !box.current) return;
    onChoose(bar.id);
    const top = row * rowHeight;
    if (top < scrolled) box.current.scrollTop = top;
    else if (top + rowHeight > scrolled + height - axis) box.current.scrollTop = top + rowHeight - height + axis;
  };
  return (
    <div className="timeline">
      <div className="timeline-top">
        <Minimap bars={bars} bounds={bounds} view={view} now={now} colours={colours} onView={(next) => setView(within(next, bounds))} />
        <IconButton label="Closer" icon="plus" onClick={() => act("+")} />
        <IconButton label="Further" icon="minus" onClick={() => act("-")} />
        <button type="button" className="button" disabled={wanted === null} onClick={() => setView(null)}>All</button>
        <button type="button" className="button" aria-pressed={showPath} title="What decided how long it took: each began when the one before ended" onClick={() => setShowPath(!showPath)}>Critical path</button>
      </div>
      <div ref={box} className="timeline-box" style={{ height }} tabIndex={0} role="group"
        aria-label={`Timeline of ${bars.length - 1} task runs. Arrow keys move, plus and minus zoom. The table of tasks tells the same in words.`}
        onScroll={(event) => setScrolled(event.currentTarget.scrollTop)}
        onKeyDown={(event: KeyboardEvent) => { if (act(event.key)) event.preventDefault(); }}>
        <div style={{ height: axis + bars.length * rowHeight + 4 }}>
          <canvas ref={canvas} style={{ width, height }} data-mark={hover?.mark ? "" : undefined} {...drag} onPointerLeave={() => setHover(null)} />
        </div>
        {hover && (hover.mark ? <MarkTip mark={hover.mark} x={hover.x} y={hover.y} right={width} /> : <Tip {...hover} now={now} right={width} />)}
      </div>
    </div>
  );
}

function MarkTip({ mark, x, y, right }: { mark: Mark; x: number; y: number; right: number }) {
  return (
    <div className="timeline-tip" style={{ left: Math.min(x + 12, right - 240), top: y + 16 }}>
      <b>{mark.label}</b>
      {exact(mark.at).split("\n").map((text) => <span key={text} className="faint">{text}</span>)}
      <span className="faint">A click opens the {mark.kind}</span>
    </div>
  );
}

function Tip({ bar, x, y, now, right }: { bar: Bar; x: number; y: number; now: number; right: number }) {
  const work = span(bar, now);
  const waited = bar.phases.filter((phase) => phase.kind !== "work").reduce((sum, phase) => sum + (phase.to ?? now) - phase.from, 0);
  return (
    <div className="timeline-tip" style={{ left: Math.min(x + 12, right - 240), top: y + 16 }}>
      <b>{bar.label}</b>
      {work ? <span>{duration((work.to - work.from) / 1000)}{waited > 500 && `, after ${duration(waited / 1000)} of waiting`}</span> : <span>Has not begun</span>}
      {work && <span className="faint">{exact(work.from).split("\n")[0]}</span>}
      {bar.opens && <span className="faint">Double click opens the subflow</span>}
    </div>
  );
}

/** A press that moves pans; one that does not is a click. */
function useDrag({ onMove, onHover, onClick, onDouble }: { onMove: (dx: number) => void; onHover: (x: number, y: number) => void; onClick: (x: number, y: number) => void; onDouble: (x: number, y: number) => void }) {
  const press = useRef<{ x: number; moved: number } | null>(null);
  return {
    onPointerDown: (event: PointerEvent<HTMLCanvasElement>) => { press.current = { x: event.clientX, moved: 0 }; event.currentTarget.setPointerCapture(event.pointerId); },
    onPointerMove: (event: PointerEvent<HTMLCanvasElement>) => {
      const { offsetX, offsetY } = event.nativeEvent;
      if (!press.current) { onHover(offsetX, offsetY); return; }
      const dx = event.clientX - press.current.x;
      press.current = { x: event.clientX, moved: press.current.moved + Math.abs(dx) };
      if (press.current.moved > 3) onMove(dx);
    },
    onPointerUp: (event: PointerEvent<HTMLCanvasElement>) => {
      if (press.current && press.current.moved <= 3) onClick(event.nativeEvent.offsetX, event.nativeEvent.offsetY);
      press.current = null;
    },
    onPointerCancel: () => { press.current = null; },
    onDoubleClick: (event: { nativeEvent: MouseEvent }) => onDouble(event.nativeEvent.offsetX, event.nativeEvent.offsetY),
  };
}

/** Wheels that zoom or go sideways are ours; others scroll the page. */
function useWheel(box: { current: HTMLElement | null }, act: (event: WheelEvent, x: number) => void): void {
  useEffect(() => {
    const element = box.current;
    const handle = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey && !event.shiftKey && Math.abs(event.deltaX) <= Math.abs(event.deltaY)) return;
      event.preventDefault();
      act(event, event.clientX - (element?.getBoundingClientRect().left ?? 0));
    };
    element?.addEventListener("wheel", handle, { passive: false });
    return () => element?.removeEventListener("wheel", handle);
  }, [box, act]);
}

export function useWidth(ref: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!ref.current) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [ref]);
  return width;
}

/** The colours as they are, read anew when the theme changes. */
function usePalette(): Palette {
  const [colours, setColours] = useState(palette);
  useEffect(() => {
    const again = () => setColours(palette());
    const query = matchMedia("(prefers-color-scheme: dark)");
    window.addEventListener("reeve-theme", again);
    query.addEventListener("change", again);
    return () => { window.removeEventListener("reeve-theme", again); query.removeEventListener("change", again); };
  }, []);
  return colours;
}

/** Now, which goes on while something runs. */
function useNow(live: boolean): number {
  useTick();
  const last = useRef(serverNow());
  if (live) last.current = Math.floor(serverNow() / 1000) * 1000;
  return last.current;
}
