import type { ComponentProps } from "react";
import { whyNot } from "@/lib/read-only";
import { Icon, type IconName } from "./icon";
import "./button.css";

interface Props extends Omit<ComponentProps<"button">, "ref"> {
  look?: "plain" | "primary" | "danger" | "quiet";
  icon?: IconName;
  /** It leads to a change of what the server has: nothing to press where pages only show. */
  changes?: boolean;
}

export function Button({ look = "plain", icon, children, className = "", type = "button", changes = false, ...rest }: Props) {
  const not = changes && whyNot !== undefined ? { disabled: true, title: whyNot } : {};
  return (
    <button {...rest} {...not} type={type} className={`button ${look} ${className}`}>
      {icon && <Icon name={icon} />}
      {children !== undefined && <span>{children}</span>}
    </button>
  );
}

/** A button that is an icon; label is its name and its tip. */
export function IconButton({ label, icon, className = "", ...rest }: Omit<Props, "children"> & { label: string; icon: IconName }) {
  return <Button look="quiet" {...rest} icon={icon} className={`square ${className}`} aria-label={label} title={label} />;
}
