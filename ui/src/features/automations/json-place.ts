/** Where in a JSON text the value stands that the server finds fault with. Pure. */

/** The line, from 1 on, on which the value of each path begins, in the order of the text. */
function linesOf(text: string): Map<string, number> {
  const lines = new Map<string, number>();
  let at = 0;
  let line = 1;
  const blank = () => {
    for (let c = text[at]; c === " " || c === "\n" || c === "\t" || c === "\r"; c = text[++at]) if (c === "\n") line++;
  };
  const string = (): string => {
    const from = at++;
    while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
    at++;
    try {
      return JSON.parse(text.slice(from, at)) as string;
    } catch {
      return "";
    }
  };
  // Nesting is bounded by the browser's own parser: a text that it does not take is not looked at.
  const value = (path: string): void => {
    blank();
    lines.set(path, line);
    const open = text[at];
    if (open === '"') {
      string();
    } else if (open === "{" || open === "[") {
      at++;
      for (let i = 0; ; i++) {
        blank();
        if (at >= text.length || text[at] === "}" || text[at] === "]") break;
        let key = String(i);
        if (open === "{") {
          key = string();
          blank();
          at++; // the colon
        }
        value(path === "" ? key : `${path}.${key}`);
        blank();
        if (text[at] === ",") at++;
      }
      at++;
    } else {
      while (at < text.length && !/[\s,\]}]/.test(text[at] ?? "")) at++;
    }
  };
  value("");
  return lines;
}

/** The line of the innermost value that a place such as "actions.0.SendNotification.body" names: parts that are no key of the text are passed over. */
export function lineOf(text: string, place: string): number {
  try {
    JSON.parse(text);
  } catch {
    return 1;
  }
  const lines = linesOf(text);
  let path = "";
  let line = 1;
  for (const part of place.split(".")) {
    const next = path === "" ? part : `${path}.${part}`;
    const found = lines.get(next);
    if (found === undefined) continue;
    path = next;
    line = found;
  }
  return line;
}
