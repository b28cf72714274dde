/** What becomes of the times that a schedule misses, in words. Pure. */
import type { CatchUp } from "@/api/schema";

/** What can be chosen; "" is what is done without a choice. */
export const catchUps: { value: CatchUp | ""; label: string; hint: string }[] = [
  { value: "", label: "As Prefect does", hint: "Runs that had been made run late; times without a run are forgotten." },
  { value: "latest", label: "The latest alone", hint: "The newest time that it missed gets a run; runs of older ones are cancelled." },
  { value: "all", label: "All of them", hint: "Every time that it missed gets a run: the newest 100, at most 7 days old." },
  { value: "none", label: "None of them", hint: "Runs that are more than a minute late are cancelled." },
];

/** One short sentence for the list of schedules. */
export function catchUpWords(catchUp: CatchUp | null): string {
  switch (catchUp) {
    case "all":
      return "Makes up for every time that it missed";
    case "latest":
      return "Makes up for the latest time that it missed";
    case "none":
      return "Leaves out what it missed";
    case null:
      return "Runs late what had been made when it was missed";
  }
}
