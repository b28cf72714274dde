import type { RunState } from "@/api/types";
import { lookOf } from "@/lib/states";
import { Icon } from "./icon";
import "./state-badge.css";

interface Props {
  run: RunState;
  /** A tinted ground, for the header of a page. */
  strong?: boolean;
}

/** The state of a run: colour, icon and word. The only way a state is shown in text. */
export function StateBadge({ run, strong = false }: Props) {
  const { tone, icon, word } = lookOf(run);
  return (
    <span className={strong ? "state strong" : "state"} data-tone={tone}>
      <Icon name={icon} size={strong ? 16 : 14} />
      <span className="cut">{word}</span>
    </span>
  );
}
