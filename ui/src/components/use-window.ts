import { useCallback, useEffect, useState } from "react";

/** Rows that are drawn above and below those that are seen. */
const around = 12;

/** Which rows are drawn of so many of one height, when a box shows from `top` on as much as it has room for. Pure. */
export function rowsIn(top: number, room: number, height: number, count: number): { first: number; end: number } {
  const first = Math.min(Math.max(0, Math.floor(top / height) - around), Math.max(0, count - 1));
  return { first, end: Math.min(count, Math.ceil((top + room) / height) + around) };
}

interface Window {
  /** The rows from the first up to, not with, the end are drawn. */
  first: number;
  end: number;
  /** Scrolls to a row that is not drawn. */
  reveal: (index: number) => void;
}

/** The part of a table that scrolls by itself, in a box, which is seen; all of it while that is switched off. */
export function useWindow(ref: { current: HTMLElement | null }, count: number, height: number, on: boolean): Window {
  const [view, setView] = useState({ top: 0, room: 0 });
  const look = useCallback(() => {
    const box = ref.current;
    if (box) setView((before) => (before.top === box.scrollTop && before.room === box.clientHeight ? before : { top: box.scrollTop, room: box.clientHeight }));
  }, [ref]);
  useEffect(() => {
    const box = ref.current;
    if (!on || !box) return undefined;
    const observer = new ResizeObserver(look);
    observer.observe(box);
    box.addEventListener("scroll", look, { passive: true });
    look();
    return () => {
      observer.disconnect();
      box.removeEventListener("scroll", look);
    };
  }, [ref, on, look]);
  const { first, end } = on ? rowsIn(view.top, view.room, height, count) : { first: 0, end: count };
  const reveal = useCallback((index: number) => {
    const box = ref.current;
    if (!on || !box || (index >= first && index < end)) return;
    box.scrollTop = index * height - box.clientHeight / 2;
    look();
  }, [ref, on, first, end, height, look]);
  return { first, end, reveal };
}
