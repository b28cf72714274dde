/**
 * The geometry of a graph in layers: each node stands right of what it came from, and in its layer near to it. Pure.
 * Lengths are CSS pixels.
 */
export interface GraphInput {
  id: string;
  /** The ids of what it came from; those that are not among the nodes do not count. */
  parents: readonly string[];
}

export interface Placed {
  id: string;
  layer: number;
  /** Its place in its layer, from the top. */
  row: number;
  x: number;
  y: number;
}

export interface Layout {
  nodes: ReadonlyMap<string, Placed>;
  edges: { from: string; to: string }[];
  width: number;
  height: number;
}

export const box = { width: 168, height: 32, right: 56, below: 8, margin: 12 };

/** How often the order of the layers is bettered, to the right and back. */
const sweeps = 4;

/** Places nodes, which are given in the order of their start. */
export function layoutOf(nodes: readonly GraphInput[]): Layout {
  const known = new Set(nodes.map(({ id }) => id));
  const parents = new Map(nodes.map(({ id, parents: all }) => [id, [...new Set(all)].filter((parent) => parent !== id && known.has(parent))]));
  const layerOf = layersOf(nodes.map(({ id }) => id), parents);
  const layers: string[][] = [];
  for (const { id } of nodes) (layers[layerOf.get(id) ?? 0] ??= []).push(id);
  const children = new Map<string, string[]>();
  const edges: Layout["edges"] = [];
  for (const [id, all] of parents) {
    for (const parent of all) {
      edges.push({ from: parent, to: id });
      children.set(parent, [...(children.get(parent) ?? []), id]);
    }
  }
  untangle(layers, parents, children);
  const tallest = Math.max(0, ...layers.map((layer) => layer.length));
  const placed = new Map<string, Placed>();
  layers.forEach((layer, column) => {
    const top = ((tallest - layer.length) * (box.height + box.below)) / 2;
    layer.forEach((id, row) => placed.set(id, {
      id, layer: column, row,
      x: box.margin + column * (box.width + box.right),
      y: box.margin + top + row * (box.height + box.below),
    }));
  });
  return {
    nodes: placed, edges,
    width: 2 * box.margin + Math.max(0, layers.length * (box.width + box.right) - box.right),
    height: 2 * box.margin + Math.max(0, tallest * (box.height + box.below) - box.below),
  };
}

/** The layer of each node: one more than the last of its parents. What goes round in a circle ends where it is met again. */
function layersOf(ids: readonly string[], parents: ReadonlyMap<string, readonly string[]>): Map<string, number> {
  const layers = new Map<string, number>();
  const open = new Set<string>();
  for (const first of ids) {
    const stack = layers.has(first) ? [] : [first];
    for (let id = stack.at(-1); id !== undefined; id = stack.at(-1)) {
      const all = parents.get(id) ?? [];
      open.add(id);
      const next = all.find((parent) => !layers.has(parent) && !open.has(parent));
      if (next !== undefined) {
        stack.push(next);
        continue;
      }
      layers.set(id, Math.max(-1, ...all.map((parent) => layers.get(parent) ?? -1)) + 1);
      open.delete(id);
      stack.pop();
    }
  }
  return layers;
}

/** Orders each layer by where its neighbours stand on average, which takes most crossings away. */
function untangle(layers: string[][], parents: ReadonlyMap<string, readonly string[]>, children: ReadonlyMap<string, readonly string[]>): void {
  const at = new Map<string, number>();
  const note = (layer: readonly string[]) => layer.forEach((id, row) => at.set(id, (row + 0.5) / layer.length));
  layers.forEach(note);
  const sort = (layer: string[], beside: ReadonlyMap<string, readonly string[]>) => {
    const mean = new Map(layer.map((id) => {
      const near = beside.get(id) ?? [];
      return [id, near.length === 0 ? (at.get(id) ?? 0) : near.reduce((sum, other) => sum + (at.get(other) ?? 0), 0) / near.length];
    }));
    layer.sort((a, b) => (mean.get(a) ?? 0) - (mean.get(b) ?? 0));
    note(layer);
  };
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (const layer of layers.slice(1)) sort(layer, parents);
    if (sweep < sweeps - 1) for (const layer of layers.slice(0, -1).reverse()) sort(layer, children);
  }
}

/** How many pairs of edges between neighbouring layers cross: what untangle keeps small. */
export function crossings({ nodes, edges }: Pick<Layout, "nodes" | "edges">): number {
  const lines = edges.flatMap(({ from, to }) => {
    const [a, b] = [nodes.get(from), nodes.get(to)];
    return a && b ? [{ layer: a.layer, from: a.row, to: b.row, next: b.layer }] : [];
  });
  let count = 0;
  lines.forEach((a, i) => {
    for (const b of lines.slice(i + 1)) if (a.layer === b.layer && a.next === b.next && (a.from - b.from) * (a.to - b.to) < 0) count++;
  });
  return count;
}

/** An edge from the right of one box to the left of another. */
export function edgePath(from: Placed, to: Placed): string {
  const [x1, y1, x2, y2] = [from.x + box.width, from.y + box.height / 2, to.x, to.y + box.height / 2];
  const bend = Math.max(box.right / 2, (x2 - x1) / 2);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

/** The node that an arrow key leads to; null to stay. */
export function neighbour({ nodes, edges }: Pick<Layout, "nodes" | "edges">, id: string, key: string): string | null {
  const here = nodes.get(id);
  if (!here) return [...nodes.keys()][0] ?? null;
  const nearest = (all: readonly (Placed | undefined)[]) => all.filter((node) => node !== undefined).sort((a, b) => Math.abs(a.y - here.y) - Math.abs(b.y - here.y))[0]?.id ?? null;
  switch (key) {
    case "ArrowRight": return nearest(edges.filter(({ from }) => from === id).map(({ to }) => nodes.get(to)));
    case "ArrowLeft": return nearest(edges.filter(({ to }) => to === id).map(({ from }) => nodes.get(from)));
    case "ArrowDown": return [...nodes.values()].find(({ layer, row }) => layer === here.layer && row === here.row + 1)?.id ?? null;
    case "ArrowUp": return [...nodes.values()].find(({ layer, row }) => layer === here.layer && row === here.row - 1)?.id ?? null;
    default: return null;
  }
}
