// The password is the whole string that the server was given, "user:password" in the contract.
const place = "reeve-password";

let kept = typeof localStorage === "undefined" ? null : (sessionStorage.getItem(place) ?? localStorage.getItem(place));
const listeners = new Set<() => void>();

export function password(): string | null {
  return kept;
}

/** Keeps a password in this tab, or in this browser; null forgets it. */
export function setPassword(text: string | null, remember = false): void {
  kept = text;
  sessionStorage.removeItem(place);
  localStorage.removeItem(place);
  if (text !== null) (remember ? localStorage : sessionStorage).setItem(place, text);
  for (const listener of listeners) listener();
}

/** Base64 of the text's UTF-8 bytes. */
export function basic(text: string): string {
  return `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(text)))}`;
}

export function onPassword(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
