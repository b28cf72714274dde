/** What stands within a line of Markdown. Never HTML: it is made into elements, and text stays text. */
export type Inline =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "strong" | "em" | "del"; children: Inline[] }
  | { kind: "link"; href: string; children: Inline[] }
  | { kind: "image"; src: string; alt: string }
  | { kind: "break" };

/** How deep marks may be within marks; deeper ones stay text. */
const deepest = 6;
/** A longer run of text is shown as it is. */
const longest = 20_000;

const marks: [string, "strong" | "em" | "del"][] = [["**", "strong"], ["__", "strong"], ["~~", "del"], ["*", "em"], ["_", "em"]];

/** An address that a page may lead to: nothing that runs code. */
export function safeLink(text: string): string | null {
  return /^(https?:\/\/|mailto:)/i.test(text) ? text : null;
}

/** An address that a picture may come from. */
export function safeImage(text: string): string | null {
  return /^(https:\/\/|data:image\/(png|jpe?g|gif|webp|svg\+xml)[;,])/i.test(text) ? text : null;
}

export function parseInline(text: string): Inline[] {
  return text.length > longest ? [{ kind: "text", text }] : new Reader(text, 0).read();
}

const link = /(!?)\[([^[\]]*)\]\(\s{0,9}<?([^()\s<>]*)>?(?:\s{1,9}"[^"]*")?\s{0,9}\)/y;
const address = /<((?:https?:\/\/|mailto:)[^\s<>]+)>/y;
const bare = /https?:\/\/[^\s<>"'`()[\]]*[^\s<>"'`()[\].,:;!?*_~]/y;
const special = /[\\`*_~![<\n]|https?:\/\//g;

class Reader {
  private at = 0;
  private readonly out: Inline[] = [];
  /** Marks and ticks that have no end further on: they are not looked for again. */
  private readonly endless = new Set<string>();

  constructor(private readonly text: string, private readonly depth: number) {}

  read(): Inline[] {
    while (this.at < this.text.length) {
      special.lastIndex = this.at;
      const found = special.exec(this.text);
      this.plain(found ? found.index : this.text.length);
      if (found && !this.mark()) this.plain(this.at + 1);
    }
    return this.out;
  }

  /** Takes what stands up to a place as text. */
  private plain(until: number): void {
    const text = this.text.slice(this.at, until);
    this.at = until;
    if (text === "") return;
    const last = this.out.at(-1);
    if (last?.kind === "text") last.text += text;
    else this.out.push({ kind: "text", text });
  }

  private put(part: Inline, until: number): true {
    this.out.push(part);
    this.at = until;
    return true;
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    return pattern.exec(this.text);
  }

  private mark(): boolean {
    const { text, at } = this;
    switch (text[at]) {
      case "\\":
        if (text[at + 1] === "\n") return this.put({ kind: "break" }, at + 2);
        if (!/[!-/:-@[-`{-~]/.test(text[at + 1] ?? "")) return false;
        this.at++;
        this.plain(at + 2);
        return true;
      case "\n": {
        const last = this.out.at(-1);
        if (last?.kind !== "text" || !last.text.endsWith("  ")) return false;
        last.text = last.text.trimEnd();
        return this.put({ kind: "break" }, at + 1);
      }
      case "`":
        return this.code();
      case "!":
      case "[":
        return this.link();
      case "<":
      case "h":
        return this.address();
      default:
        return this.emphasis();
    }
  }

  private code(): boolean {
    const ticks = /^`+/.exec(this.text.slice(this.at, this.at + 40))?.[0] ?? "`";
    const from = this.at + ticks.length;
    const end = this.endless.has(ticks) ? -1 : this.text.indexOf(ticks, from);
    if (end < 0) {
      this.endless.add(ticks);
      this.plain(from);
      return true;
    }
    const code = this.text.slice(from, end).replaceAll("\n", " ");
    return this.put({ kind: "code", text: /^ .*\S.* $/.test(code) ? code.slice(1, -1) : code }, end + ticks.length);
  }

  private link(): boolean {
    const found = this.match(link);
    if (!found) return false;
    const [whole, bang, words = "", target = ""] = found;
    const end = this.at + whole.length;
    if (bang) {
      const src = safeImage(target);
      return src ? this.put({ kind: "image", src, alt: words }, end) : this.put({ kind: "text", text: words || target }, end);
    }
    const href = safeLink(target);
    if (!href) return false;
    return this.put({ kind: "link", href, children: this.within(words || target) }, end);
  }

  private address(): boolean {
    const found = this.match(address) ?? this.match(bare);
    if (!found) return false;
    const href = found[1] ?? found[0];
    return this.put({ kind: "link", href, children: [{ kind: "text", text: href.replace(/^mailto:/, "") }] }, this.at + found[0].length);
  }

  private emphasis(): boolean {
    const { text, at } = this;
    const found = marks.find(([mark]) => text.startsWith(mark, at));
    if (!found || this.depth >= deepest) return false;
    const [mark, kind] = found;
    const from = at + mark.length;
    const inWord = mark.startsWith("_") && /\w/.test(text[at - 1] ?? "");
    if (inWord || /^\s?$/.test(text[from] ?? "") || this.endless.has(mark)) {
      this.plain(from);
      return true;
    }
    const end = this.endOf(mark, from);
    if (end < 0) {
      this.plain(from);
      return true;
    }
    return this.put({ kind, children: this.within(text.slice(from, end)) }, end + mark.length);
  }

  /**
   * Where a mark ends: not after a blank. Of more of its letters than it has the last ones are its end, and an even
   * number of them is no end of one letter.
   */
  private endOf(mark: string, from: number): number {
    const letter = mark.charAt(0);
    for (let end = this.text.indexOf(mark, from + 1); end >= 0; end = this.text.indexOf(mark, end + 1)) {
      const before = this.text[end - 1] ?? "";
      let run = mark.length;
      while (this.text[end + run] === letter) run++;
      end += run - mark.length;
      if (/[\s\\]/.test(before) || (mark.length === 1 && run % 2 === 0)) continue;
      if (letter === "_" && /\w/.test(this.text[end + mark.length] ?? "")) continue;
      return end;
    }
    this.endless.add(mark);
    return -1;
  }

  private within(text: string): Inline[] {
    return this.depth + 1 > deepest ? [{ kind: "text", text }] : new Reader(text, this.depth + 1).read();
  }
}
