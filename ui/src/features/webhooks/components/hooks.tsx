import { Command } from "@/components/command";
import { Status } from "@/components/status";
import type { Hook } from "../types";
import { becomes } from "../words";

/** Where a sender posts to. */
export function addressOf(path: string): string {
  return new URL(path, location.origin).href;
}

/** The paths at which webhooks are taken, and what each does. */
export function Hooks({ hooks }: { hooks: readonly Hook[] }) {
  return (
    <ul className="card hooks">
      {hooks.map((hook) => (
        <li key={hook.path}>
          <Command text={addressOf(hook.path)} />
          <span className="hook-does muted">{becomes(hook)}</span>
          {hook.off ? <Status look={{ tone: "paused", icon: "pause", word: "Off: its secret is not set" }} /> : <Status look={{ tone: "completed", icon: "check", word: "Taken" }} />}
        </li>
      ))}
    </ul>
  );
}
