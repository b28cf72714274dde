import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { explain, statusOf } from "@/api/errors";
import { Button } from "@/components/button";
import { Icon } from "@/components/icon";
import { Time } from "@/components/time";
import { type Old, whatIsOld } from "@/lib/queries";
import "./not-updated.css";

/** Says that what is shown could not be read again, since when and why: it stays to be looked at, on every page alike. */
export function NotUpdated() {
  const queries = useQueryClient();
  const [old, setOld] = useState<Old | null>(null);
  useEffect(() => {
    const cache = queries.getQueryCache();
    const look = () => {
      const next = whatIsOld(cache.getAll());
      setOld((before) => (before?.since === next?.since && before?.error === next?.error ? before : next));
    };
    look();
    return cache.subscribe(look);
  }, [queries]);
  if (!old) return null;
  const again = () => void queries.refetchQueries({ type: "active", predicate: ({ state }) => state.status === "error" });
  const { title } = explain(statusOf(old.error));
  return (
    <div className="not-updated" role="status">
      <Icon name="alert" />
      <p>Not updated since <Time at={new Date(old.since).toISOString()} />. {title}{old.error.message !== title && <>: <span className="mono">{old.error.message}</span></>}</p>
      <Button icon="retry" onClick={again}>Try again</Button>
    </div>
  );
}
