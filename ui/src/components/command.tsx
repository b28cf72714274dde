import { useState } from "react";
import { copyText } from "@/lib/browser";
import { IconButton } from "./button";
import "./command.css";

/** A command to copy. */
export function Command({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    if (!(await copyText(text))) return;
    setCopied(true);
    window.setTimeout(() => setCopied(false), 1500);
  };
  return (
    <span className="command">
      <code>{text}</code>
      <IconButton label={copied ? "Copied" : "Copy"} icon={copied ? "check" : "copy"} onClick={() => void copy()} />
    </span>
  );
}
