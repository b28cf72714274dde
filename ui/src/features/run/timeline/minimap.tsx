import { type PointerEvent, useEffect, useRef } from "react";
import { type Bar, timeAt, type View } from "./geometry";
import { paintMinimap, type Palette } from "./paint";
import { useWidth } from "./timeline";

interface Props {
  bars: readonly Bar[];
  bounds: View;
  view: View;
  now: number;
  colours: Palette;
  onView: (view: View) => void;
}

const height = 32;

/** All of the time in a strip. A press in it moves the view there; dragging marks what is to be seen. */
export function Minimap({ bars, bounds, view, now, colours, onView }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const from = useRef<number | null>(null);
  const width = useWidth(box);
  useEffect(() => {
    const c = canvas.current?.getContext("2d");
    if (!canvas.current || !c || width === 0) return;
    const ratio = devicePixelRatio;
    Object.assign(canvas.current, { width: Math.round(width * ratio), height: height * ratio });
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    paintMinimap(c, bars, bounds, view, now, width, height, colours);
  });
  const at = (event: PointerEvent) => timeAt(bounds, Math.max(1, width), event.nativeEvent.offsetX);
  return (
    <div ref={box} className="minimap">
      <canvas ref={canvas} style={{ width, height }} aria-hidden="true"
        onPointerDown={(event) => { from.current = at(event); event.currentTarget.setPointerCapture(event.pointerId); }}
        onPointerMove={(event) => {
          const to = at(event);
          if (from.current === null || Math.abs(to - from.current) < (bounds.to - bounds.from) / 100) return;
          onView({ from: Math.min(from.current, to), to: Math.max(from.current, to) });
        }}
        onPointerUp={(event) => {
          const to = at(event);
          const half = (view.to - view.from) / 2;
          if (from.current !== null && Math.abs(to - from.current) < (bounds.to - bounds.from) / 100) onView({ from: to - half, to: to + half });
          from.current = null;
        }} />
    </div>
  );
}
