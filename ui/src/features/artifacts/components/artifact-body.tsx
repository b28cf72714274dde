import { useMemo } from "react";
import { JsonView } from "@/components/json-view";
import { Table } from "@/components/table";
import { Empty } from "@/components/views";
import { cellText, type DataTable, isNumeric, parsed, progressOf, tableOf } from "../data";
import { safeImage, safeLink } from "../markdown/inline";
import { Markdown } from "../markdown/markdown";
import type { Artifact } from "../types";

/** What an artifact is, as its kind is shown; what is of no kind that we know is shown as it is. */
export function ArtifactBody({ artifact }: { artifact: Artifact }) {
  const { data, type } = artifact;
  if (data === null || data === undefined || data === "") return <div className="card"><Empty title="It holds nothing" icon="page" /></div>;
  switch (type) {
    case "markdown":
      return <div className="card artifact-body"><Markdown text={cellText(data)} /></div>;
    case "table":
      return <TableBody data={data} />;
    case "image":
      return <div className="card artifact-body"><Picture address={cellText(data)} about={artifact.description ?? artifact.key ?? "Picture"} /></div>;
    case "progress":
      return <div className="card artifact-body"><Progress data={data} /></div>;
    default:
      return <Plain data={data} />;
  }
}

function Plain({ data }: { data: unknown }) {
  const value = parsed(data);
  if (typeof value === "object") return <div className="card"><JsonView value={value} empty="It holds nothing" /></div>;
  return <div className="card"><pre className="json" tabIndex={0}>{cellText(value)}</pre></div>;
}

function TableBody({ data }: { data: unknown }) {
  const table = useMemo(() => tableOf(data), [data]);
  if (!table) return <Plain data={data} />;
  if (table.rows.length === 0) return <div className="card"><Empty title="The table has no rows" icon="page" /></div>;
  return <Grid table={table} />;
}

/** The width that a column has at least, in px: with many of them the table scrolls sideways. */
const narrowest = 96;

interface NumberedRow {
  at: number;
  cells: unknown[];
}

function Grid({ table }: { table: DataTable }) {
  const rows = useMemo(() => table.rows.map((cells, at): NumberedRow => ({ at, cells })), [table]);
  const columns = useMemo(() => table.columns.map((title, i) => ({
    key: String(i), title, width: `minmax(${narrowest}px, 1fr)`, right: isNumeric(table.rows, i),
    cell: ({ cells }: NumberedRow) => { const text = cellText(cells[i]); return <span title={text}>{text}</span>; },
  })), [table]);
  const least = table.columns.length * (narrowest + 12) + 24;
  return <div className="artifact-table" style={{ "--least": `${least}px` } as never}><Table label="The table" columns={columns} rows={rows} rowKey={({ at }) => String(at)} virtual /></div>;
}

/** A picture from elsewhere is asked for without saying from where. */
function Picture({ address, about }: { address: string; about: string }) {
  const src = safeImage(address);
  if (src) return <img src={src} alt={about} referrerPolicy="no-referrer" />;
  const href = safeLink(address);
  return (
    <p className="muted">Pictures are shown from https addresses only; this one is at {href
      ? <a href={href} target="_blank" rel="noopener noreferrer">{address}</a> : <code>{address}</code>}.</p>
  );
}

function Progress({ data }: { data: unknown }) {
  const part = progressOf(data);
  if (part === null) return <p className="muted">It says nothing of how far it is.</p>;
  return <div className="progress"><progress value={part} max={100} aria-label="Progress" /><b>{part.toLocaleString("en", { maximumFractionDigits: 1 })} %</b></div>;
}
