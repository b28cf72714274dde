/**
 * Pages by their URL. What a router for everything has besides (nested pages, loaders, blockers) nothing here needs, and the
 * first page would pay for it: 27 KB of gzip were 130 ms of a slow line.
 */
import { useSyncExternalStore } from "react";
import { getShown, navigate, onShown, type Shown } from "./history";

export { isBelow, type Query } from "./address";
export { lead, type Place, route, type Shown, startHistory } from "./history";
export { Link } from "./link";

export function useShown(): Shown {
  return useSyncExternalStore(onShown, getShown);
}

/** Goes to a page; always the same function. */
export function useNavigate(): typeof navigate {
  return navigate;
}
