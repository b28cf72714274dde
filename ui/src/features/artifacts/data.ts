/** What the data of an artifact is, by its type. Pure. */

export const types = ["markdown", "table", "image", "progress", "result"] as const;

export interface DataTable {
  columns: string[];
  rows: unknown[][];
}

/** More columns than this are not shown. */
const mostColumns = 200;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Data that may be JSON in a text, as the client sends tables. */
export function parsed(data: unknown): unknown {
  if (typeof data !== "string") return data;
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
}

/** Reads a table: a list of rows, each by its columns' names or a list; or a list for each column. null for none. */
export function tableOf(data: unknown): DataTable | null {
  const value = parsed(data);
  if (Array.isArray(value)) return rowsOf(value);
  if (!isRecord(value) || !Object.values(value).every(Array.isArray)) return null;
  const columns = Object.keys(value).slice(0, mostColumns);
  const lists = columns.map((column) => value[column] as unknown[]);
  const height = Math.max(0, ...lists.map((list) => list.length));
  return { columns, rows: Array.from({ length: height }, (_, i) => lists.map((list) => list[i])) };
}

function rowsOf(list: unknown[]): DataTable | null {
  if (list.every(isRecord)) {
    const columns = [...new Set(list.flatMap((row) => Object.keys(row)))].slice(0, mostColumns);
    return { columns, rows: list.map((row) => columns.map((column) => row[column])) };
  }
  if (list.every(Array.isArray)) {
    const rows = list as unknown[][];
    const width = Math.min(mostColumns, rows.reduce((most, row) => Math.max(most, row.length), 0));
    return { columns: Array.from({ length: width }, (_, i) => String(i + 1)), rows };
  }
  return null;
}

/** A cell as it is shown. */
export function cellText(value: unknown): string {
  return value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
}

/** Whether all that a column has are numbers: those stand at the right. */
export function isNumeric(rows: readonly unknown[][], column: number): boolean {
  let some = false;
  for (const row of rows) {
    const value = row[column];
    if (value === null || value === undefined || value === "") continue;
    if (typeof value !== "number") return false;
    some = true;
  }
  return some;
}

/** Progress in percent, from 0 to 100; null for none. */
export function progressOf(data: unknown): number | null {
  const value = parsed(data);
  return typeof value === "number" && Number.isFinite(value) ? Math.min(100, Math.max(0, value)) : null;
}

/** What is downloaded: a name, its kind and its text. */
export function fileOf(name: string, type: string | null, data: unknown): { name: string; mime: string; text: string } {
  if (type === "markdown" && typeof data === "string") return { name: `${name}.md`, mime: "text/markdown", text: data };
  const value = parsed(data);
  if (typeof value === "string") return { name: `${name}.txt`, mime: "text/plain", text: value };
  return { name: `${name}.json`, mime: "application/json", text: JSON.stringify(value, null, 2) };
}
