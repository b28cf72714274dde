import { type ReactNode, useId } from "react";
import { grouped } from "@/lib/numbers";
import "./tabs.css";

export interface Tab {
  key: string;
  label: string;
  /** Shown behind the label. */
  count?: number;
  body: () => ReactNode;
}

/** Tabs; the panel of the current one alone is made. */
export function Tabs({ label, tabs, current, onPick }: { label: string; tabs: readonly Tab[]; current: string; onPick: (key: string) => void }) {
  const id = useId();
  const shown = tabs.find((tab) => tab.key === current) ?? tabs[0];
  const step = (by: number) => {
    const next = tabs[(tabs.findIndex((tab) => tab === shown) + by + tabs.length) % tabs.length];
    if (!next) return;
    onPick(next.key);
    document.getElementById(`${id}-${next.key}`)?.focus();
  };
  return (
    <div className="tabs">
      <div role="tablist" aria-label={label} onKeyDown={(event) => {
        const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (by) { event.preventDefault(); step(by); }
      }}>
        {tabs.map((tab) => (
          <button key={tab.key} id={`${id}-${tab.key}`} type="button" role="tab" aria-selected={tab === shown} aria-controls={`${id}-panel`} tabIndex={tab === shown ? 0 : -1} onClick={() => onPick(tab.key)}>
            {tab.label}{tab.count !== undefined && tab.count > 0 && <span>{grouped(tab.count)}</span>}
          </button>
        ))}
      </div>
      <div id={`${id}-panel`} role="tabpanel" aria-labelledby={shown && `${id}-${shown.key}`}>{shown?.body()}</div>
    </div>
  );
}
