import { grouped } from "@/lib/numbers";
import { Button } from "./button";
import "./pages.css";

interface Props {
  /** From 1 on. */
  page: number;
  size: number;
  /** How many rows there are, which is counted up to `most`. */
  count: number;
  most: number;
  onPage: (page: number) => void;
}

/** Which rows of how many are shown, and the way to the others. */
export function Pages({ page, size, count, most, onPage }: Props) {
  const first = (page - 1) * size + 1;
  const last = Math.min(page * size, Math.max(count, first));
  const many = count >= most;
  return (
    <nav className="pages" aria-label="Pages">
      <span className="muted">{grouped(first)}–{grouped(last)} of {grouped(count)}{many && "+"}</span>
      <Button disabled={page === 1} onClick={() => onPage(page - 1)}>Previous</Button>
      <Button disabled={last >= count && !many} onClick={() => onPage(page + 1)}>Next</Button>
    </nav>
  );
}
