import { type ReactNode, useEffect } from "react";

/** Names the page in the tab. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Reeve`;
  }, [title]);
}

interface Props {
  title: ReactNode;
  /** Beside the title, such as a count. */
  beside?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

export function Page({ title, beside, actions, children }: Props) {
  return (
    <div className="page">
      <header className="page-head">
        <div className="page-title"><h1>{title}</h1>{beside}</div>
        {actions && <div className="buttons">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** A titled part of a page. */
export function Section({ title, beside, children }: { title: string; beside?: ReactNode; children: ReactNode }) {
  return (
    <section className="section" aria-label={title}>
      <header><h2>{title}</h2>{beside}</header>
      {children}
    </section>
  );
}
