import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useSyncExternalStore } from "react";
import { explain, statusOf } from "@/api/errors";
import { whatFails } from "@/lib/queries";
import { Button } from "./button";
import { Command } from "./command";
import { Icon, type IconName } from "./icon";
import "./views.css";

interface EmptyProps {
  title: string;
  children?: ReactNode;
  /** The command that fills this view. */
  command?: string;
  icon?: IconName;
}

/** Nothing is here, and what would fill it. */
export function Empty({ title, children, command, icon = "search" }: EmptyProps) {
  return (
    <div className="view">
      <Icon name={icon} size={24} />
      <h2>{title}</h2>
      {children && <p className="in-text">{children}</p>}
      {command && <Command text={command} />}
    </div>
  );
}

interface FailureProps {
  error: Error;
  onRetry?: (() => void) | undefined;
  /** It is tried again by itself. */
  again?: boolean;
}

/** What went wrong, in words, with the next step. */
export function Failure({ error, onRetry, again = false }: FailureProps) {
  const { title, next } = explain(statusOf(error));
  return (
    <div className="view" role="alert">
      <Icon name="alert" size={24} />
      <h2>{title}</h2>
      <p>{next}{again && " We go on trying."}</p>
      {error.message !== title && <p className="mono">{error.message}</p>}
      {onRetry && <Button icon="retry" onClick={onRetry}>Try again</Button>}
    </div>
  );
}

/** Something is on its way. It shows after a moment only, so that nothing flickers; what was refused, and is asked for again, says why. */
export function Waiting({ what }: { what: string }) {
  const cache = useQueryClient().getQueryCache();
  const error = useSyncExternalStore((changed) => cache.subscribe(changed), () => whatFails(cache.getAll()));
  if (error) return <Failure error={error} again />;
  return <div className="view waiting" role="status"><p>Reading {what} …</p></div>;
}
