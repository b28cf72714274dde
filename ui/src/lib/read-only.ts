// A page that only shows: because the server says so, or this browser, such as that of a screen on the wall.
import { server } from "@/config/server";

const place = "reeve-only-look";

/** Whether this browser was told to only look. */
export const onlyLooks = typeof localStorage !== "undefined" && localStorage.getItem(place) !== null;

/** Why nothing can be changed here; undefined where it can. */
export const whyNot: string | undefined = server.read_only
  ? "The pages of this server only show (ui_read_only)."
  : onlyLooks ? "This browser only looks (Settings)." : undefined;

/** Tells this browser to only look, or not to; the page begins anew with it. */
export function setOnlyLooks(only: boolean): void {
  if (only) localStorage.setItem(place, "");
  else localStorage.removeItem(place);
  location.reload();
}
