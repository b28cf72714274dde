import { createContext, useContext, useSyncExternalStore } from "react";
import type { Live, LiveState } from "./live";

export const LiveContext = createContext<Live | null>(null);

export function useLive(): LiveState & Pick<Live, "wake" | "follow"> {
  const live = useContext(LiveContext);
  if (!live) throw new Error("useLive is below LiveContext only");
  const state = useSyncExternalStore(live.listen, live.snapshot);
  return { ...state, wake: live.wake, follow: live.follow };
}
