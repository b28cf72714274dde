import { type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { isTyping } from "@/lib/is-typing";
import { Icon } from "./icon";
import { useWindow } from "./use-window";
import "./table.css";

export interface Column<T> {
  key: string;
  title: string;
  /** The track of the grid, such as "1fr" or "120px". */
  width: string;
  cell: (row: T) => ReactNode;
  right?: boolean;
  /** Where the cell goes on a narrow screen; without it the cell is left out there. */
  narrow?: "name" | "state" | "where" | "when";
  /** The order that a click on the title asks for, and the other way round. */
  sorts?: readonly [string, string?];
}

export interface Selection {
  chosen: ReadonlySet<string>;
  change: (next: ReadonlySet<string>) => void;
}

interface Props<T> {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  rowKey: (row: T) => string;
  selection?: Selection;
  sort?: string;
  onSort?: (sort: string) => void;
  /** The table scrolls by itself and draws only what is seen. */
  virtual?: boolean;
  /** Called when a row without a link is opened. */
  onOpen?: (row: T) => void;
  current?: string | null;
}

const rowHeight = { wide: 36, narrow: 56 };

/**
 * Rows of cells. j and k go down and up, x chooses; each row has one element marked data-open, its link, which has the
 * focus while the row is the current one, so that Enter opens it.
 */
export function Table<T>(props: Props<T>) {
  const { label, columns, rows, rowKey, selection, sort, onSort, virtual = false } = props;
  const ref = useRef<HTMLDivElement>(null);
  const narrow = useNarrow();
  const height = narrow ? rowHeight.narrow : rowHeight.wide;
  const { first, end, reveal } = useWindow(ref, rows.length, height, virtual);
  useRowKeys(ref, rows.length, reveal, selection && ((index) => toggle(index)));

  const toggle = (index: number) => {
    const row = rows[index];
    if (!selection || row === undefined) return;
    const next = new Set(selection.chosen);
    const key = rowKey(row);
    if (!next.delete(key)) next.add(key);
    selection.change(next);
  };
  const tracks = `${selection ? "28px " : ""}${columns.map((c) => c.width).join(" ")}`;
  const all = rows.length > 0 && rows.every((row) => selection?.chosen.has(rowKey(row)));
  return (
    <div ref={ref} className={virtual ? "table own" : "table"} role="table" aria-label={label} aria-rowcount={rows.length + 1}
      style={{ "--tracks": tracks } as never} {...(virtual ? { tabIndex: 0 } : {})}>
      <div className="tr head" role="row">
        {selection && (
          <span role="columnheader">
            <input className="box" type="checkbox" aria-label="Choose all rows" checked={all}
              onChange={() => selection.change(all ? new Set() : new Set(rows.map(rowKey)))} />
          </span>
        )}
        {columns.map((column) => <Head key={column.key} column={column} sort={sort} onSort={onSort} />)}
      </div>
      <div role="rowgroup" style={virtual ? { height: rows.length * height } : {}}>
        {virtual && <div style={{ height: first * height }} />}
        {rows.slice(first, end).map((row, i) => {
          const index = first + i;
          const key = rowKey(row);
          const chosen = selection?.chosen.has(key) ?? false;
          return (
            <div key={key} className={`tr${chosen ? " chosen" : ""}${props.current === key ? " current" : ""}`} role="row" data-index={index} aria-rowindex={index + 2}
              onClick={(event) => open(event, props.onOpen && (() => props.onOpen?.(row)))}>
              {selection && (
                <span role="cell" className="td-choose">
                  <input className="box" type="checkbox" aria-label="Choose this row" checked={chosen} onChange={() => toggle(index)} />
                </span>
              )}
              {columns.map((column) => (
                <div key={column.key} role="cell" data-narrow={column.narrow} className={column.right ? "td num" : "td"}>{column.cell(row)}</div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** A click anywhere in a row opens it, unless it was meant for something in it or marks text. */
function open(event: { target: unknown; currentTarget: HTMLElement; metaKey: boolean; ctrlKey: boolean }, onOpen?: () => void): void {
  const target = event.target as HTMLElement;
  if (target.closest("a, button, input, label") || getSelection()?.toString()) return;
  if (onOpen) onOpen();
  else event.currentTarget.querySelector<HTMLElement>("[data-open]")?.click();
}

function Head<T>({ column, sort, onSort }: { column: Column<T>; sort: string | undefined; onSort: ((sort: string) => void) | undefined }) {
  const { title, right, sorts, narrow } = column;
  const at = sorts && sort !== undefined ? sorts.indexOf(sort) : -1;
  const next = sorts?.[at === 0 && sorts[1] ? 1 : 0];
  const down = at >= 0 && sort?.endsWith("_DESC");
  return (
    <div role="columnheader" data-narrow={narrow} className={right ? "td num" : "td"} {...(at >= 0 ? { "aria-sort": down ? "descending" : "ascending" } : {})}>
      {onSort && next ? (
        <button type="button" onClick={() => onSort(next)}>
          {title}{at >= 0 && <Icon name={down ? "arrow-down" : "arrow-up"} size={12} />}
        </button>
      ) : title}
    </div>
  );
}

const narrowQuery = "(max-width: 720px)";

export function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(() => matchMedia(narrowQuery).matches);
  useEffect(() => {
    const query = matchMedia(narrowQuery);
    const changed = () => setNarrow(query.matches);
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, []);
  return narrow;
}

function focusRow(table: HTMLElement, index: number): boolean {
  const row = table.querySelector<HTMLElement>(`[data-index="${index}"]`);
  row?.querySelector<HTMLElement>("[data-open]")?.focus();
  row?.scrollIntoView({ block: "nearest" });
  return row !== null;
}

/** j and k move the focus from row to row, x chooses the row that has it. */
function useRowKeys(ref: { current: HTMLElement | null }, count: number, reveal: (index: number) => void, choose?: (index: number) => void): void {
  const handle = useCallback((event: KeyboardEvent) => {
    const table = ref.current;
    if (!table || isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    // Of several tables on a page the keys belong to the one with the focus, or else to the first.
    const inside = document.activeElement?.closest<HTMLElement>(".table");
    if ((inside ?? document.querySelector(".table")) !== table) return;
    const row = document.activeElement?.closest<HTMLElement>("[data-index]");
    const here = row ? Number(row.dataset.index) : -1;
    const by = { j: 1, k: -1 }[event.key];
    if (by) {
      event.preventDefault();
      const next = Math.min(Math.max(here + by, 0), count - 1);
      reveal(next);
      if (!focusRow(table, next)) requestAnimationFrame(() => focusRow(table, next)); // once it is drawn
    } else if (event.key === "x" && here >= 0) {
      choose?.(here);
    }
  }, [ref, count, reveal, choose]);
  useLayoutEffect(() => { // whoever sees the rows can press a key
    document.addEventListener("keydown", handle);
    return () => document.removeEventListener("keydown", handle);
  }, [handle]);
}
