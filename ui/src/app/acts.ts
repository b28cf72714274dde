/** What Ctrl-K does with what it finds: the page of the thing is opened with the question whether to. Pure. */
import type { IconName } from "@/components/icon";
import { possible } from "@/lib/states";
import type { Found } from "./search";

/** What can be done, by the word that is typed before a name; pages know it as `do` in their URL. */
const verbs = ["run", "pause", "resume", "cancel", "retry"] as const;
export type Verb = (typeof verbs)[number];

const words: Record<Verb, { label: string; icon: IconName }> = {
  run: { label: "Run", icon: "play" }, pause: { label: "Pause", icon: "pause" }, resume: { label: "Resume", icon: "play" },
  cancel: { label: "Cancel", icon: "slash" }, retry: { label: "Retry", icon: "retry" },
};

export interface Act {
  verb: Verb;
  label: string;
  icon: IconName;
}

/** "pause nightly" is the verb and what it is for; what begins with no verb is looked for as it is. */
export function wishOf(text: string): { verb: Verb | null; of: string } {
  const [first = "", ...rest] = text.split(" ");
  const verb = verbs.find((each) => each === first.toLowerCase()) ?? null;
  const of = rest.join(" ").trim();
  return verb === null || of === "" ? { verb: null, of: text } : { verb, of };
}

function verbsOf({ kind, run, paused, deployed }: Found): Verb[] {
  if (kind === "deployment") return ["run", paused ? "resume" : "pause"];
  if (kind !== "run" || !run) return [];
  const can = possible(run);
  return (["resume", "pause", "cancel", "retry"] as const).filter((verb) => can[verb] && (deployed || (verb !== "pause" && verb !== "retry")));
}

/** What can be done with something now; only what was wished for, where something was. */
export function actsOn(found: Found, wished: Verb | null): Act[] {
  const name = found.kind === "deployment" ? `${found.of}/${found.name}` : found.name;
  return verbsOf(found).filter((verb) => wished === null || verb === wished).map((verb) => ({ verb, icon: words[verb].icon, label: `${words[verb].label} ${name} …` }));
}
