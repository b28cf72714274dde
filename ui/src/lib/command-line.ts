/** An argument as a POSIX shell takes it. */
export function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}

/** A command with its arguments; those that are undefined are left out. */
export function commandLine(...parts: (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).map(quoted).join(" ");
}

/** A request of the contract for which the command line has no command of its own. */
export function apiCommand(method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE", path: string, data?: unknown): string {
  return commandLine("prefect", "api", method, path, ...(data === undefined ? [] : ["--data", JSON.stringify(data)]));
}
