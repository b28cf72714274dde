import { describe, expect, test } from "vitest";
import { box, crossings, edgePath, type GraphInput, layoutOf, neighbour } from "./layout";

const graph = (...edges: string[]): GraphInput[] => {
  const parents = new Map<string, string[]>();
  for (const edge of edges) {
    const [from = "", to] = edge.split(">");
    if (!parents.has(from)) parents.set(from, []);
    if (to !== undefined) parents.set(to, [...(parents.get(to) ?? []), from]);
  }
  return [...parents].map(([id, all]) => ({ id, parents: all }));
};
const layers = (nodes: GraphInput[]) => Object.fromEntries([...layoutOf(nodes).nodes.values()].map(({ id, layer }) => [id, layer]));

describe("layers", () => {
  test.each<[string, GraphInput[], Record<string, number>]>([
    ["nothing", [], {}],
    ["one", graph("a"), { a: 0 }],
    ["a chain", graph("a>b", "b>c"), { a: 0, b: 1, c: 2 }],
    ["a node stands right of its last parent", graph("a>b", "b>c", "a>c"), { a: 0, b: 1, c: 2 }],
    ["parents that are elsewhere do not count", [{ id: "a", parents: ["gone", "a"] }], { a: 0 }],
    ["children that are given before their parents", [{ id: "c", parents: ["b"] }, { id: "b", parents: ["a"] }, { id: "a", parents: [] }], { a: 0, b: 1, c: 2 }],
  ])("%s", (_, nodes, want) => {
    expect(layers(nodes)).toEqual(want);
  });

  test("a circle ends", () => {
    const { nodes } = layoutOf([{ id: "a", parents: ["c"] }, { id: "b", parents: ["a"] }, { id: "c", parents: ["b"] }]);
    expect(nodes.size).toBe(3);
  });

  test("a chain of 20,000 needs no deep stack", () => {
    const chain = Array.from({ length: 20_000 }, (_, i) => ({ id: String(i), parents: i === 19_999 ? [] : [String(i + 1)] }));
    expect(layoutOf(chain).nodes.get("0")?.layer).toBe(19_999);
  });
});

describe("places", () => {
  test("no two boxes overlap, and all are inside", () => {
    const { nodes, width, height } = layoutOf(graph("a>b", "a>c", "a>d", "b>e", "c>e", "d>e", "f"));
    const all = [...nodes.values()];
    for (const [i, a] of all.entries()) {
      expect(a.x >= 0 && a.y >= 0 && a.x + box.width <= width && a.y + box.height <= height).toBe(true);
      for (const b of all.slice(i + 1)) expect(Math.abs(a.x - b.x) >= box.width || Math.abs(a.y - b.y) >= box.height).toBe(true);
    }
  });

  test.each<[string, GraphInput[]]>([
    ["what was given in the wrong order", [{ id: "a", parents: [] }, { id: "b", parents: [] }, { id: "y", parents: ["b"] }, { id: "x", parents: ["a"] }]],
    ["maps beside each other", graph("a", "b", "c", "c>z1", "c>z2", "a>x1", "b>y1", "a>x2", "b>y2", "x1>e", "x2>e", "y1>f", "y2>f", "z1>g", "z2>g")],
  ])("%s does not cross", (_, nodes) => {
    expect(crossings(layoutOf(nodes))).toBe(0);
  });

  test("an edge goes from the right of one to the left of the other", () => {
    const { nodes } = layoutOf(graph("a>b"));
    const [a, b] = [nodes.get("a"), nodes.get("b")];
    if (!a || !b) throw new Error("not placed");
    const path = edgePath(a, b);
    expect(path.startsWith(`M${a.x + box.width} ${a.y + 16}C`)).toBe(true);
    expect(path.endsWith(` ${b.x} ${b.y + 16}`)).toBe(true);
  });
});

test.each([["a", "ArrowRight", "b"], ["b", "ArrowLeft", "a"], ["b", "ArrowDown", "c"], ["c", "ArrowUp", "b"], ["a", "ArrowLeft", null], ["b", "ArrowUp", null], ["gone", "ArrowUp", "a"], ["a", "x", null]])("from %s %s leads to %s", (id, key, to) => {
  expect(neighbour(layoutOf(graph("a>b", "a>c")), id, key)).toBe(to);
});
