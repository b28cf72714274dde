/** What is sent of a block, and how it is called. Pure. */
import type { Json } from "@/api/types";
import { commandLine } from "@/lib/command-line";
import type { BlockDocument, BlockUser } from "./types";
import { paths } from "@/config/paths";

/** The values that differ from those that were read: a secret that is not touched is not sent, since it is masked. */
export function changed(before: Json, after: Json): Json {
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])));
}

/** Those that were taken away: a merge keeps them, so they are emptied. */
export function emptied(before: Json, after: Json): Json {
  return Object.fromEntries(Object.keys(before).filter((name) => !Object.hasOwn(after, name)).map((name) => [name, null]));
}

/** "slack-webhook/alerts". */
export function titleOf({ block_type, name }: Pick<BlockDocument, "block_type" | "name">): string {
  return `${block_type?.slug ?? "?"}/${name ?? ""}`;
}

/** How code and templates speak of it. */
export function usage({ block_type, name }: Pick<BlockDocument, "block_type" | "name">): { template: string; inspect: string; remove: string } {
  const slug = block_type?.slug ?? "";
  return { template: `{{ prefect.blocks.${slug}.${name ?? ""} }}`, inspect: commandLine("prefect", "block", "inspect", `${slug}/${name ?? ""}`), remove: commandLine("prefect", "block", "delete", `${slug}/${name ?? ""}`) };
}

/** A block's name, as the server takes it. */
export function nameFault(name: string): string | undefined {
  return name === "" || /^[a-z0-9-]+$/.test(name) ? undefined : "Lower-case letters, digits and dashes only.";
}

/** Where what makes use of a block is shown. */
export function placeOf({ kind, id, title }: BlockUser): { to: string; params: Record<string, string> } {
  switch (kind) {
    case "automation":
      return { to: paths.automation, params: { id } };
    case "deployment":
      return { to: paths.deployment, params: { id } };
    case "work-pool":
      return { to: paths.pool, params: { name: title } };
    default:
      return { to: paths.block, params: { id } };
  }
}
