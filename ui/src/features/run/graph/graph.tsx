import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useMemo, useRef } from "react";
import type { Id } from "@/api/types";
import { Icon } from "@/components/icon";
import { Empty, Failure, Waiting } from "@/components/views";
import { grouped } from "@/lib/numbers";
import { lookOf } from "@/lib/states";
import { runGraph } from "../api/get-graph";
import { box, edgePath, layoutOf, neighbour } from "./layout";
import "./graph.css";

interface Props {
  run: Id;
  chosen: Id | null;
  onChoose: (id: Id | null) => void;
  onOpen: (run: Id) => void;
}

/** More than these cannot be told apart in a picture. */
const mostDrawn = 500;

/** The task runs and subflows of a run by what they came from. */
export function RunGraph({ run, chosen, onChoose, onOpen }: Props) {
  const query = useQuery(runGraph(run));
  const nodes = useMemo(() => (query.data?.nodes ?? []).map(([, node]) => node).sort((a, b) => a.start_time.localeCompare(b.start_time)), [query.data]);
  const layout = useMemo(() => (nodes.length > mostDrawn ? null : layoutOf(nodes.map(({ id, parents }) => ({ id, parents: parents.map((edge) => edge.id) })))), [nodes]);
  const area = useRef<HTMLDivElement>(null);
  if (query.isPending) return <Waiting what="the graph" />;
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  if (nodes.length === 0) return <div className="card"><Empty title="Nothing has started yet" icon="flow">Tasks and subflows appear here with what they came from.</Empty></div>;
  if (layout === null) return <div className="card"><Empty title={`${grouped(nodes.length)} tasks are too many to draw`} icon="flow">The timeline and the table have all of them.</Empty></div>;
  const first = chosen !== null && layout.nodes.has(chosen) ? chosen : nodes[0]?.id;
  const move = (event: KeyboardEvent) => {
    const at = (event.target as HTMLElement).dataset.node;
    const to = at === undefined ? null : neighbour(layout, at, event.key);
    if (to === null) return;
    event.preventDefault();
    area.current?.querySelector<HTMLElement>(`[data-node="${to}"]`)?.focus();
  };
  return (
    <div ref={area} className="graph card" role="group" aria-label={`Graph of ${nodes.length} task runs. Arrow keys go along what came from what, Enter chooses.`} onKeyDown={move}>
      <div style={{ width: layout.width, height: layout.height }}>
        <svg className="graph-edges" width={layout.width} height={layout.height} aria-hidden="true">
          {layout.edges.map(({ from, to }) => {
            const [a, b] = [layout.nodes.get(from), layout.nodes.get(to)];
            return a && b && <path key={`${from} ${to}`} d={edgePath(a, b)} className={from === chosen || to === chosen ? "near" : ""} />;
          })}
        </svg>
        {nodes.map(({ id, label, kind, state_type }) => {
          const place = layout.nodes.get(id);
          if (!place) return null;
          const { tone, icon, word } = lookOf({ state_type, state_name: null });
          const subflow = kind === "flow-run";
          return (
            <button key={id} type="button" data-node={id} data-tone={tone} className="graph-node" tabIndex={id === first ? 0 : -1} aria-pressed={subflow ? undefined : id === chosen}
              title={`${label}: ${word}${subflow ? "\nOpens the subflow" : ""}`} style={{ left: place.x, top: place.y, width: box.width, height: box.height }}
              onClick={() => (subflow ? onOpen(id) : onChoose(id === chosen ? null : id))}>
              <Icon name={icon} size={14} /><span className="cut">{subflow && "▸ "}{label}</span><span className="sr">{word}</span>
            </button>
          );
        })}
      </div>
    </div>
  );
}
