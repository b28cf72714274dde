/** The addresses of pages: patterns like "/runs/flow-run/$id", and queries of which every parameter is a text. Pure. */

/** The names in a pattern: "id" of "/flows/flow/$id". */
export type Names<P extends string> = P extends `${string}$${infer Name}/${infer Rest}` ? Name | Names<Rest> : P extends `${string}$${infer Name}` ? Name : never;

/** The query of a URL. */
export type Query = Readonly<Record<string, string | undefined>>;

/** The path that a pattern gives with values in the place of its names. */
export function fill(pattern: string, values: Readonly<Record<string, string>> = {}): string {
  return pattern.replace(/\$(\w+)/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${pattern} has no ${name}`);
    return encodeURIComponent(value);
  });
}

/** The values of a pattern's names in a path; null for the path of another page. A slash at the end means nothing. */
export function match(pattern: string, path: string): Record<string, string> | null {
  const [wanted, asked] = [segments(pattern), segments(path)];
  if (wanted.length !== asked.length) return null;
  const values: Record<string, string> = {};
  for (const [i, segment] of wanted.entries()) {
    const value = decoded(asked[i] ?? "");
    if (segment.startsWith("$")) values[segment.slice(1)] = value;
    else if (segment !== value) return null;
  }
  return values;
}

/** Whether a path is that of a page, or of one below it. */
export function isBelow(path: string, page: string): boolean {
  const [above, asked] = [segments(page), segments(path)];
  return above.every((segment, i) => segment === asked[i]);
}

function segments(path: string): string[] {
  return path.split("/").filter((segment) => segment !== "");
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // "%" alone is what it is
  }
}

export function readQuery(text: string): Query {
  return Object.fromEntries(new URLSearchParams(text));
}

/** The query as the URL has it, with its question mark; "" for none. Commas and colons stay legible. */
export function writeQuery(query: Query): string {
  const text = new URLSearchParams(Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined)).toString();
  return text && `?${text.replaceAll("%2C", ",").replaceAll("%3A", ":")}`;
}
