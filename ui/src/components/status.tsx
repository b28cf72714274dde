import { Icon, type IconName } from "./icon";
import "./state-badge.css";

export interface StatusLook {
  /** The token of its colour. */
  tone: "completed" | "failed" | "running" | "pending" | "late" | "paused" | "cancelled";
  icon: IconName;
  word: string;
}

/** How something that is no run stands: colour, icon and word, like a run's state. */
export function Status({ look: { tone, icon, word }, strong = false }: { look: StatusLook; strong?: boolean }) {
  return (
    <span className={strong ? "state strong" : "state"} data-tone={tone}>
      <Icon name={icon} size={strong ? 16 : 14} />
      <span className="cut">{word}</span>
    </span>
  );
}
