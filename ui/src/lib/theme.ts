export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];
const place = "reeve-theme";

export function theme(): Theme {
  const kept = localStorage.getItem(place);
  return kept === "light" || kept === "dark" ? kept : "system";
}

export function setTheme(next: Theme): void {
  if (next === "system") localStorage.removeItem(place);
  else localStorage.setItem(place, next);
  applyTheme();
}

/** Lets the tokens know. Canvases paint anew at the event "reeve-theme". */
export function applyTheme(): void {
  const now = theme();
  if (now === "system") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.dataset.theme = now;
  window.dispatchEvent(new Event("reeve-theme"));
}

/** What a token's colour is now, as canvases need it. */
export function colour(token: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(--${token})`;
  document.documentElement.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}
