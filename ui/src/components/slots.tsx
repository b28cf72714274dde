import { grouped } from "@/lib/numbers";

import "./slots.css";

interface Props {
  held: number;
  /** null for no limit. */
  limit: number | null;
}

/** How many slots are held, of how many: a number and a bar. */
export function Slots({ held, limit }: Props) {
  const part = limit === null ? 0 : limit === 0 ? 1 : Math.min(1, held / limit);
  return (
    <span className="slots" title={limit === null ? `${held} held; no limit` : `${held} of ${limit} held`}>
      <span>{grouped(held)}{limit !== null && <span className="muted"> of {grouped(limit)}</span>}</span>
      {limit !== null && <i aria-hidden="true"><b className={part >= 1 ? "full" : ""} style={{ width: `${part * 100}%` }} /></i>}
    </span>
  );
}
