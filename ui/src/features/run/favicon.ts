import { useEffect } from "react";
import type { RunState } from "@/api/types";
import { lookOf } from "@/lib/states";
import { colour } from "@/lib/theme";

/** The tab's icon shows the state while a run is open: a disc that has its colour, and a ring while it goes on. */
export function useFavicon(run: RunState): void {
  const { tone } = lookOf(run);
  const goesOn = run.state_type === "RUNNING" || run.state_type === "PENDING";
  useEffect(() => {
    const link = document.querySelector<HTMLLinkElement>("#favicon");
    if (!link) return;
    const before = link.href;
    const fill = colour(tone);
    const shape = goesOn ? `<circle cx="8" cy="8" r="5.5" fill="none" stroke="${fill}" stroke-width="4"/>` : `<circle cx="8" cy="8" r="7" fill="${fill}"/>`;
    link.href = `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">${shape}</svg>`)}`;
    return () => { link.href = before; };
  }, [tone, goesOn]);
}
