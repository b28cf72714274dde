import { type ToggleEvent, useId, useRef } from "react";
import { whyNot } from "@/lib/read-only";
import { Button } from "./button";
import { Icon, type IconName } from "./icon";
import "./menu.css";

export interface MenuItem {
  label: string;
  icon?: IconName;
  /** Why it cannot be done now; shown beside it. */
  not?: string | undefined;
  /** It leads to a change of what the server has. */
  changes?: boolean;
  danger?: boolean;
  checked?: boolean;
  onPick: () => void;
}

interface Props {
  label: string;
  items: MenuItem[];
  icon?: IconName;
  look?: "plain" | "quiet";
  /** Shows the icon alone. */
  square?: boolean;
  onOpen?: () => void;
}

/** A button that opens a list of actions: a native popover, which closes by itself. */
export function Menu({ label, items, icon = "down", look = "plain", square = false, onOpen }: Props) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const place = (event: ToggleEvent<HTMLDivElement>) => {
    const opener = document.querySelector<HTMLElement>(`[data-opens="${id}"]`);
    const box = event.currentTarget;
    if (!opener || event.newState !== "open") return;
    onOpen?.();
    const at = opener.getBoundingClientRect();
    const { offsetWidth: w, offsetHeight: h } = box;
    box.style.left = `${Math.max(8, Math.min(at.right - w, innerWidth - w - 8))}px`;
    box.style.top = `${at.bottom + h + 8 > innerHeight && at.top > h ? at.top - h - 4 : at.bottom + 4}px`;
    box.querySelector<HTMLElement>("button:not(:disabled)")?.focus();
  };
  const move = (by: number) => {
    const all = [...(list.current?.querySelectorAll<HTMLElement>("button:not(:disabled)") ?? [])];
    const here = all.indexOf(document.activeElement as HTMLElement);
    all[(here + by + all.length) % all.length]?.focus();
  };
  return (
    <>
      <Button look={look} icon={icon} data-opens={id} popoverTarget={id} aria-haspopup="menu" {...(square ? { className: "square", "aria-label": label, title: label } : {})}>
        {square ? undefined : label}
      </Button>
      <div ref={list} id={id} popover="auto" role="menu" aria-label={label} className="menu" onToggle={place}
        onKeyDown={(event) => {
          const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
          if (by) { event.preventDefault(); move(by); }
        }}>
        {items.map((each) => (each.changes ? { ...each, not: whyNot ?? each.not } : each)).map((item) => (
          <button key={item.label} type="button" role={item.checked === undefined ? "menuitem" : "menuitemradio"} aria-checked={item.checked}
            className={item.danger ? "danger" : ""} disabled={item.not !== undefined}
            onClick={() => { list.current?.hidePopover(); item.onPick(); }}>
            {item.icon ? <Icon name={item.icon} /> : <span className="gap">{item.checked && <Icon name="check" />}</span>}
            <span>{item.label}{item.not !== undefined && <small>{item.not}</small>}</span>
          </button>
        ))}
      </div>
    </>
  );
}
