/** Firings over a stretch of time, as bars. Pure. */

/** How often it fired in each of so many pieces of the time from one moment to another, in ms. */
export function piecesOf(hours: readonly { start: string; fired: number }[], from: number, until: number, count: number): number[] {
  const pieces = Array.from({ length: count }, () => 0);
  const length = (until - from) / count;
  for (const { start, fired } of hours) {
    // The first hour may have begun before the window, the last one ends after it.
    const at = Math.min(count - 1, Math.max(0, Math.floor((Date.parse(start) - from) / length)));
    pieces[at] = (pieces[at] ?? 0) + fired;
  }
  return pieces;
}

/** The height of a bar in percent; one firing is always to be seen. */
export function barHeight(fired: number, most: number): number {
  return fired === 0 ? 0 : Math.max(8, (fired / Math.max(1, most)) * 100);
}
