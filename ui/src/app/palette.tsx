import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@/lib/router";
import { useEffect, useId, useRef, useState } from "react";
import { Icon, type IconName } from "@/components/icon";
import { StateBadge } from "@/components/state-badge";
import type { RunState } from "@/api/types";
import { paths } from "@/config/paths";
import { whyNot } from "@/lib/read-only";
import { setTheme } from "@/lib/theme";
import { actsOn, wishOf } from "./acts";
import { pages } from "./nav";
import { type Found, search } from "./search";
import "./palette.css";

interface Hit {
  id: string;
  label: string;
  beside?: string;
  icon: IconName;
  run?: RunState;
  go: () => void;
}

/** The pages of what has one of its own. */
const places: Partial<Record<Found["kind"], string>> = { run: paths.run, flow: paths.flow, deployment: paths.deployment, pool: paths.pool };
const icons: Record<Found["kind"], IconName> = { run: "runs", flow: "flow", deployment: "rocket", pool: "pool" };

/** Where no more than these are found, what can be done with each is offered too. */
const fewFound = 3;

/** Finds pages, runs, flows, deployments and actions by what is typed. */
export function Palette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const dialog = useRef<HTMLDialogElement>(null);
  const list = useId();
  const hits = useHits(useSettled(text.trim(), 120), text.trim(), onClose);
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  useEffect(() => setAt(0), [text]);
  const current = hits[Math.min(at, hits.length - 1)];
  const keys: Record<string, () => void> = {
    ArrowDown: () => setAt((at + 1) % Math.max(1, hits.length)),
    ArrowUp: () => setAt((at - 1 + hits.length) % Math.max(1, hits.length)),
    Enter: () => current?.go(),
  };
  return (
    <dialog ref={dialog} className="palette" aria-label="Find" onCancel={(event) => { event.preventDefault(); onClose(); }}
      onClick={(event) => { if (event.target === dialog.current) onClose(); }}>
      <div className="palette-head">
        <Icon name="search" />
        <input autoFocus type="text" placeholder="Find a run, a flow, a page …" role="combobox" aria-expanded="true" aria-controls={list} aria-label="Find"
          aria-activedescendant={current && `${list}-${current.id}`} value={text} onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            const act = keys[event.key];
            if (act) { event.preventDefault(); act(); }
          }} />
        <kbd>Esc</kbd>
      </div>
      <ul id={list} role="listbox" aria-label="What was found">
        {hits.map((hit) => (
          <li key={hit.id} id={`${list}-${hit.id}`} role="option" aria-selected={hit === current} onClick={hit.go} onPointerMove={() => setAt(hits.indexOf(hit))}>
            <Icon name={hit.icon} /><span className="cut">{hit.label}</span>
            {hit.run ? <StateBadge run={hit.run} /> : hit.beside && <span className="faint cut">{hit.beside}</span>}
          </li>
        ))}
        {hits.length === 0 && <li className="faint" role="option" aria-selected="false">Nothing has that name.</li>}
      </ul>
    </dialog>
  );
}

function useHits(settled: string, text: string, onClose: () => void): Hit[] {
  const navigate = useNavigate();
  const { verb, of } = wishOf(settled);
  const { data } = useQuery({ ...search(of), enabled: of.length > 0, placeholderData: (before) => before });
  const leave = (act: () => void) => () => { onClose(); act(); };
  const fits = (label: string) => label.toLowerCase().includes(text.toLowerCase());
  const fixed: Hit[] = [
    ...pages.map(({ to, label, icon, key }) => ({ id: `page-${key}`, label, beside: "page", icon, go: leave(() => void navigate({ to })) })),
    { id: "failed", label: "Runs that failed today", beside: "runs", icon: "cross", go: leave(() => void navigate({ to: paths.runs, search: { state: "FAILED,CRASHED", when: "24h" } })) },
    { id: "running", label: "What runs now", beside: "runs", icon: "play", go: leave(() => void navigate({ to: paths.runs, search: { state: "RUNNING,PENDING", when: "any" } })) },
    { id: "by-flow", label: "Runs by flow", beside: "runs", icon: "flow", go: leave(() => void navigate({ to: paths.runs, search: { group: "flow" } })) },
    { id: "slowest", label: "The slowest runs of this week", beside: "runs", icon: "clock", go: leave(() => void navigate({ to: paths.runs, search: { sort: "DURATION_DESC" } })) },
    ...(whyNot === undefined ? [
      { id: "new-automation", label: "Make an automation", beside: "action", icon: "bolt", go: leave(() => void navigate({ to: paths.newAutomation })) },
      { id: "new-pool", label: "Make a work pool", beside: "action", icon: "pool", go: leave(() => void navigate({ to: paths.newPool })) },
      { id: "new-block", label: "Make a block", beside: "action", icon: "block", go: leave(() => void navigate({ to: paths.blockCatalogue })) },
    ] satisfies Hit[] : []),
    { id: "light", label: "Light colours", beside: "action", icon: "sun", go: leave(() => setTheme("light")) },
    { id: "dark", label: "Dark colours", beside: "action", icon: "moon", go: leave(() => setTheme("dark")) },
    { id: "system", label: "Colours as the system has them", beside: "action", icon: "screen", go: leave(() => setTheme("system")) },
  ];
  const found = text === "" || !data ? [] : data;
  // What can be done is offered where it is asked for, or where few things are found.
  const acts = (whyNot === undefined && (verb !== null || found.length <= fewFound) ? found : []).flatMap((one) => actsOn(one, verb).map((act): Hit => ({
    id: `${act.verb}-${one.id}`, label: act.label, beside: "action", icon: act.icon,
    go: leave(() => void navigate({ to: places[one.kind] ?? paths.runs, params: { id: one.id }, search: { do: act.verb } })),
  })));
  return [
    ...fixed.filter((hit) => fits(hit.label)),
    ...(verb !== null ? acts : []),
    ...found.map((one): Hit => {
      const to = places[one.kind];
      const go = leave(() => void (to ? navigate({ to, params: { id: one.id, name: one.name } }) : navigate({ to: paths.runs, search: { [one.kind]: one.name } })));
      return { id: one.id, label: one.name, icon: icons[one.kind], go, ...(one.run ? { run: one.run } : { beside: to ? (one.of ? `deployment of ${one.of}` : one.kind) : `runs of this ${one.kind}` }) };
    }),
    ...(verb === null ? acts : []),
  ];
}

function useSettled(value: string, ms: number): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(value), ms);
    return () => window.clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
