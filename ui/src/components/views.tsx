import type { ReactNode } from "react";
import { ApiError, explain } from "@/api/errors";
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
      {children && <p>{children}</p>}
      {command && <Command text={command} />}
    </div>
  );
}

/** What went wrong, in words, with the next step. */
export function Failure({ error, onRetry }: { error: Error; onRetry?: (() => void) | undefined }) {
  const known = error instanceof ApiError;
  const { title, next } = explain(known ? error.status : 500);
  return (
    <div className="view" role="alert">
      <Icon name="alert" size={24} />
      <h2>{title}</h2>
      <p>{next}</p>
      {error.message !== title && <p className="mono">{error.message}</p>}
      {onRetry && <Button icon="retry" onClick={onRetry}>Try again</Button>}
    </div>
  );
}

/** Something is on its way. It shows after a moment only, so that nothing flickers. */
export function Waiting({ what }: { what: string }) {
  return <div className="view waiting" role="status"><p>Reading {what} …</p></div>;
}
