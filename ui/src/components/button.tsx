import type { ComponentProps } from "react";
import { Icon, type IconName } from "./icon";
import "./button.css";

interface Props extends Omit<ComponentProps<"button">, "ref"> {
  look?: "plain" | "primary" | "danger" | "quiet";
  icon?: IconName;
}

export function Button({ look = "plain", icon, children, className = "", type = "button", ...rest }: Props) {
  return (
    <button {...rest} type={type} className={`button ${look} ${className}`}>
      {icon && <Icon name={icon} />}
      {children !== undefined && <span>{children}</span>}
    </button>
  );
}

/** A button that is an icon; label is its name and its tip. */
export function IconButton({ label, icon, className = "", ...rest }: Omit<Props, "children"> & { label: string; icon: IconName }) {
  return <Button look="quiet" {...rest} icon={icon} className={`square ${className}`} aria-label={label} title={label} />;
}
