/** The commands that put a database back. Pure. */
import { commandLine } from "@/lib/command-line";

/** As the storage has it of a moment. */
export function fromStorage(database: string, file: string, at: string): string {
  const which = database === "inbox" ? ["--inbox"] : ["--database", file];
  return commandLine("reeve", "server", "database", "restore", "--from", "s3", "--at", whole(at), ...which);
}

/** From a snapshot beside the server's database. */
export function fromSnapshot(snapshot: string, file: string): string {
  return commandLine("reeve", "server", "database", "restore", snapshot, "--database", file);
}

/** A moment in whole seconds that is not before it: the command takes what is no later than it says. */
function whole(at: string): string {
  const finer = /\.\d{3}\d*[1-9]/.test(at) ? 1 : 0; // than the milliseconds that are read
  return new Date(Math.ceil((Date.parse(at) + finer) / 1000) * 1000).toISOString().replace(".000Z", "Z");
}
