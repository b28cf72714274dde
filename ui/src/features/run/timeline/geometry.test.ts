import { describe, expect, test } from "vitest";
import { type Bar, boxes, criticalPath, offset, pan, rowAt, rowsSeen, shortest, ticks, timeAt, whole, within, xOf, zoom } from "./geometry";

function bar(id: string, from: number, to: number | null, wait = 0): Bar {
  return {
    id, label: id, tone: "completed", kind: "task",
    phases: [...(wait ? [{ kind: "wait" as const, from: from - wait, to: from }] : []), { kind: "work", from, to }],
  };
}

const bounds = { from: 0, to: 1000 };

describe("views", () => {
  test("the whole holds every bar, those that go on up to now", () => {
    expect(whole([bar("a", 100, 200, 50), bar("b", 150, null)], 1050)).toEqual({ from: 50, to: 1070 });
  });
  test("the whole of nothing is the last second", () => {
    expect(whole([], 5000)).toEqual({ from: 4000, to: 5000 });
  });
  test("a moment and its place are each other's inverse", () => {
    const view = { from: 200, to: 700 };
    for (const at of [200, 345, 700]) expect(timeAt(view, 640, xOf(view, 640, at))).toBeCloseTo(at);
  });
  test("zooming keeps what is under the pointer", () => {
    const view = zoom({ from: 0, to: 1000 }, bounds, 2, 300);
    expect(view).toEqual({ from: 150, to: 650 });
    expect(xOf(view, 100, 300)).toBeCloseTo(xOf({ from: 0, to: 1000 }, 100, 300));
  });
  test("zooming out ends at the bounds, zooming in at the shortest view", () => {
    expect(zoom({ from: 400, to: 600 }, bounds, 0.01, 500)).toEqual(bounds);
    const close = zoom({ from: 400, to: 600 }, bounds, 1e6, 500);
    expect(close.to - close.from).toBe(shortest);
  });
  test("panning stops at the bounds and keeps the length", () => {
    expect(pan({ from: 100, to: 300 }, bounds, -500)).toEqual({ from: 0, to: 200 });
    expect(pan({ from: 100, to: 300 }, bounds, 5000)).toEqual({ from: 800, to: 1000 });
  });
  test("a view that is too long is cut", () => {
    expect(within({ from: -100, to: 2000 }, bounds)).toEqual(bounds);
  });
});

describe("ticks", () => {
  test("are even steps from the origin, far enough apart", () => {
    const all = ticks({ from: 1000, to: 61_000 }, 600, 1000);
    expect(all.map((tick) => tick.label)).toEqual(["0", "10 s", "20 s", "30 s", "40 s", "50 s", "1 m"]);
  });
  test.each([[20, 400], [1500, 300], [3600e3, 900], [40 * 86400e3, 700], [400 * 86400e3, 300]])("a view of %d ms on %d px", (length, width) => {
    const view = { from: 5, to: 5 + length };
    const all = ticks(view, width, 5);
    expect(all.length).toBeGreaterThan(0);
    expect(all.length).toBeLessThanOrEqual(width / 88 + 1);
  });
  test.each([[0, "0"], [1500, "1 s 500 ms"], [90e3, "1 m 30 s"], [3600e3, "1 h"], [-2000, "−2 s"], [90061e3, "1 d 1 h"]])("%d ms are %s", (ms, want) => {
    expect(offset(ms)).toBe(want);
  });
});

describe("boxes", () => {
  test("waiting and working apart", () => {
    expect(boxes(bar("a", 500, 700, 100), bounds, 100, 1000)).toEqual([{ x: 40, w: 10, kind: "wait" }, { x: 50, w: 20, kind: "work" }]);
  });
  test("work too short to be seen is seen", () => {
    expect(boxes(bar("a", 500, 500.01), bounds, 100, 1000)[0]?.w).toBe(2);
  });
  test("what goes on reaches to now", () => {
    expect(boxes(bar("a", 500, null), bounds, 100, 900)).toEqual([{ x: 50, w: 40, kind: "work" }]);
  });
  test("what is out of sight is left out, what leaves it is cut", () => {
    expect(boxes(bar("a", 0, 10), { from: 500, to: 600 }, 100, 1000)).toEqual([]);
    expect(boxes(bar("a", 0, 1000), { from: 500, to: 600 }, 100, 1000)).toEqual([{ x: -4, w: 108, kind: "work" }]);
  });
});

test.each([[0, 100, [0, 5]], [30, 100, [1, 7]], [1e6, 100, [50000, 50]]])("rows seen at %d", (scrolled, height, want) => {
  expect(rowsSeen(scrolled, height, 20, 50)).toEqual(want);
});

test.each([[5, 0, 0], [25, 20, 2], [-1, 0, -1], [5000, 0, -1]])("the row at %d", (y, scrolled, want) => {
  expect(rowAt(y, scrolled, 20, 50)).toBe(want);
});

describe("the critical path", () => {
  test("follows what ended last before each began", () => {
    const bars = [bar("a", 0, 100), bar("b", 100, 200), bar("side", 100, 150), bar("c", 201, 400)];
    expect([...criticalPath(bars, 1000)].sort()).toEqual(["a", "b", "c"]);
  });
  test("counts what goes on up to now", () => {
    expect([...criticalPath([bar("a", 0, 100), bar("b", 90, null)], 500, 20)].sort()).toEqual(["a", "b"]);
  });
  test("of nothing is nothing", () => {
    expect(criticalPath([], 0).size).toBe(0);
  });
});
