import { type Inline, parseInline } from "./inline";

/** What Markdown is made of. */
export type Block =
  | { kind: "heading"; level: number; children: Inline[] }
  | { kind: "paragraph"; children: Inline[] }
  | { kind: "code"; language: string; text: string }
  | { kind: "quote"; children: Block[] }
  | { kind: "list"; ordered: boolean; start: number; items: ListItem[] }
  | { kind: "table"; head: Inline[][]; right: boolean[]; rows: Inline[][][] }
  | { kind: "rule" };

export interface ListItem {
  /** Of a task; null for none. */
  done: boolean | null;
  children: Block[];
}

/** How deep lists and quotes may be within each other; deeper ones stay text. */
const deepest = 8;
/** More columns than this a table does not have. */
const mostColumns = 100;

// None of these looks at a part of a line twice: a line may be long.
const heading = /^ {0,3}(#{1,6})(?=\s|$)(.*)$/;
const rule = /^ {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$/;
const fence = /^ {0,3}(`{3,}|~{3,})([^`]*)$/;
const item = /^( {0,3})([-*+]|\d{1,9}[.)])(?:[ \t]+(.*)|)$/;

/** Reads Markdown: headings, paragraphs, lists, tasks, quotes, code, tables, rules. HTML stays text. */
export function parseMarkdown(text: string): Block[] {
  return new Blocks(text.replace(/\r\n?/g, "\n").replaceAll("\t", "    ").split("\n"), 0).read();
}

class Blocks {
  private at = 0;
  private readonly out: Block[] = [];

  constructor(private readonly lines: readonly string[], private readonly depth: number) {}

  read(): Block[] {
    while (this.at < this.lines.length) this.block(this.lines[this.at] ?? "");
    return this.out;
  }

  private block(line: string): void {
    if (line.trim() === "") {
      this.at++;
      return;
    }
    const title = heading.exec(line);
    if (title) {
      this.at++;
      this.out.push({ kind: "heading", level: title[1]?.length ?? 1, children: parseInline((title[2] ?? "").trim().replace(/(?:^|\s)#+$/, "").trimEnd()) });
    } else if (rule.test(line)) {
      this.at++;
      this.out.push({ kind: "rule" });
    } else if (!(this.code(line) || this.table(line) || this.nested(line))) {
      this.paragraph();
    }
  }

  private code(line: string): boolean {
    const open = fence.exec(line);
    if (!open) return false;
    const mark = open[1] ?? "```";
    let end = this.at + 1;
    while (end < this.lines.length && !closes(this.lines[end] ?? "", mark)) end++;
    this.out.push({ kind: "code", language: open[2]?.trim().split(" ", 1)[0] ?? "", text: this.lines.slice(this.at + 1, end).join("\n") });
    this.at = end + 1;
    return true;
  }

  private table(line: string): boolean {
    const below = this.lines[this.at + 1] ?? "";
    if (!line.includes("|") || !isDivider(below)) return false;
    const head = cells(line);
    const marks = cells(below);
    if (marks.length !== head.length || head.length > mostColumns) return false;
    const rows: Inline[][][] = [];
    this.at += 2;
    for (let row = this.lines[this.at]; row !== undefined && row.trim() !== "" && row.includes("|"); row = this.lines[this.at]) {
      const found = cells(row);
      rows.push(head.map((_, i) => parseInline(found[i] ?? "")));
      this.at++;
    }
    this.out.push({ kind: "table", head: head.map(parseInline), right: marks.map((mark) => mark.endsWith(":") && !mark.startsWith(":")), rows });
    return true;
  }

  private nested(line: string): boolean {
    if (this.depth >= deepest) return false;
    if (/^ {0,3}>/.test(line)) {
      const inner: string[] = [];
      for (let row = this.lines[this.at]; row !== undefined && /^ {0,3}>/.test(row); row = this.lines[++this.at]) inner.push(row.replace(/^ {0,3}> ?/, ""));
      this.out.push({ kind: "quote", children: new Blocks(inner, this.depth + 1).read() });
      return true;
    }
    const first = item.exec(line);
    if (!first) return false;
    this.list(first[2] ?? "-");
    return true;
  }

  private list(mark: string): void {
    const kind = mark.at(-1) ?? "-";
    const items: ListItem[] = [];
    for (;;) {
      const found = item.exec(this.lines[this.at] ?? "");
      if (!found || found[2]?.at(-1) !== kind || rule.test(found[0])) break;
      items.push(this.item(found));
    }
    this.out.push({ kind: "list", ordered: /\d/.test(mark), start: Number.parseInt(mark, 10) || 1, items });
  }

  /** Takes an item with the lines that belong to it: those that are indented, and those that go on a paragraph. */
  private item([, indent = "", mark = "", rest = ""]: RegExpExecArray): ListItem {
    const task = /^\[([ xX])\]\s+/.exec(rest);
    const width = indent.length + mark.length + 1;
    const inner = [task ? rest.slice(task[0].length) : rest];
    let empty = false;
    for (let line = this.lines[++this.at]; line !== undefined; line = this.lines[++this.at]) {
      const own = line.startsWith(" ".repeat(Math.min(width, 2)));
      if (line.trim() === "") empty = true;
      else if (own) empty = false;
      else if (empty || item.test(line) || heading.test(line) || fence.test(line) || rule.test(line) || /^ {0,3}>/.test(line)) break;
      inner.push(line.slice(0, width).trim() === "" ? line.slice(width) : line.trimStart());
    }
    return { done: task ? task[1] !== " " : null, children: new Blocks(inner, this.depth + 1).read() };
  }

  private paragraph(): void {
    const from = this.at++;
    for (let line = this.lines[this.at]; line !== undefined && !this.ends(line); line = this.lines[this.at]) this.at++;
    this.out.push({ kind: "paragraph", children: parseInline(this.lines.slice(from, this.at).map((line) => line.trimStart()).join("\n").trimEnd()) });
  }

  private ends(line: string): boolean {
    return line.trim() === "" || heading.test(line) || fence.test(line) || rule.test(line) || /^ {0,3}>/.test(line) || /^ {0,3}([-*+]|1[.)])[ \t]+\S/.test(line)
      || (line.includes("|") && isDivider(this.lines[this.at + 1] ?? ""));
  }
}

function closes(line: string, mark: string): boolean {
  const text = line.trim();
  return text.length >= mark.length && text === (mark[0] ?? "").repeat(text.length);
}

/** Whether a line stands between the head and the rows of a table. */
function isDivider(line: string): boolean {
  return line.includes("-") && cells(line).every((cell) => /^:?-+:?$/.test(cell));
}

/** The cells of a row: between bars, of which one behind a backslash is none. */
export function cells(line: string): string[] {
  const parts = (line.trim().match(/(?:\\.?|[^\\|])+|\|/g) ?? []);
  const out: string[] = [];
  let cell = "";
  for (const part of parts) {
    if (part === "|") {
      out.push(cell.trim());
      cell = "";
    } else {
      cell += part.replaceAll("\\|", "|");
    }
  }
  out.push(cell.trim());
  if (line.trim().startsWith("|")) out.shift();
  if (out.length > 1 && out.at(-1) === "" && line.trim().endsWith("|")) out.pop();
  return out;
}
