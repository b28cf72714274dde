import type { ReactNode } from "react";
import "./facts.css";

export interface Fact {
  name: string;
  value: ReactNode;
}

/** Figures side by side, each with its name. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return <dl className="facts card">{facts.map(({ name, value }) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>;
}
