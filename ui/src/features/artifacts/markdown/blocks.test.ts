import { describe, expect, test } from "vitest";
import { cells, parseMarkdown } from "./blocks";
import type { Block } from "./blocks";
import type { Inline } from "./inline";

/** What was read, in short: one word for each thing. */
function brief(blocks: Block[]): string {
  return blocks.map((block) => {
    switch (block.kind) {
      case "heading": return `h${block.level}(${words(block.children)})`;
      case "paragraph": return `p(${words(block.children)})`;
      case "code": return `code:${block.language}(${block.text})`;
      case "quote": return `quote(${brief(block.children)})`;
      case "rule": return "rule";
      case "list": return `${block.ordered ? `ol${block.start}` : "ul"}(${block.items.map((item) => (item.done === null ? "" : item.done ? "x " : "o ") + brief(item.children)).join("; ")})`;
      case "table": return `table(${[block.head, ...block.rows].map((row) => row.map(words).join(",")).join("; ")})`;
    }
  }).join(" ");
}

function words(parts: Inline[]): string {
  return parts.map((part) => {
    switch (part.kind) {
      case "text": return part.text;
      case "break": return "⏎";
      case "code": return `\`${part.text}\``;
      case "image": return `img[${part.alt}|${part.src}]`;
      case "link": return `a[${words(part.children)}|${part.href}]`;
      default: return `${part.kind}[${words(part.children)}]`;
    }
  }).join("");
}

describe("Markdown", () => {
  test.each([
    ["# One\n## Two ##\n\ntext\nmore", "h1(One) h2(Two) p(text\nmore)"],
    ["#no heading", "p(#no heading)"],
    ["a\n\n---\n\n***", "p(a) rule rule"],
    ["```python\nx = 1\n\n# no heading\n```\nafter", "code:python(x = 1\n\n# no heading) p(after)"],
    ["~~~\nopen to the end", "code:(open to the end)"],
    ["> one\n> two\n>\n> - three", "quote(p(one\ntwo) ul(p(three)))"],
    ["- a\n- b\n  - c\n- d", "ul(p(a); p(b) ul(p(c)); p(d))"],
    ["3. a\n4. b", "ol3(p(a); p(b))"],
    ["- [ ] open\n- [x] done", "ul(o p(open); x p(done))"],
    ["- a\n\n  still a\n\nafter", "ul(p(a) p(still a)) p(after)"],
    ["text\n- a", "p(text) ul(p(a))"],
    ["| a | b |\n|---|--:|\n| 1 | 2 |\n| 3 |", "table(a,b; 1,2; 3,)"],
    ["a | b\n- | -\n1 | `x\\|y`\n\nafter", "table(a,b; 1,`x|y`) p(after)"],
    ["a | b\nno divider", "p(a | b\nno divider)"],
    ["", ""],
    ["\r\none\r\n", "p(one)"],
  ])("%j", (text, want) => {
    expect(brief(parseMarkdown(text))).toBe(want);
  });

  test.each([
    ["**strong** and *em* and ~~gone~~ and `code`", "strong[strong] and em[em] and del[gone] and `code`"],
    ["***both***", "strong[em[both]]"],
    ["snake_case_name and __init__", "snake_case_name and strong[init]"],
    ["2 * 3 * 4 and **open", "2 * 3 * 4 and **open"],
    ["[a *b*](https://x.org/p?q=1 \"title\")", "a[a em[b]|https://x.org/p?q=1]"],
    ["![cat](https://x.org/cat.png)", "img[cat|https://x.org/cat.png]"],
    ["see https://x.org/a_b, or <mailto:me@x.org>.", "see a[https://x.org/a_b|https://x.org/a_b], or a[me@x.org|mailto:me@x.org]."],
    ["one  \ntwo\\\nthree", "one⏎two⏎three"],
    ["\\*no\\* `a\\b` ``a ` b``", "*no* `a\\b` `a ` b`"],
  ])("%s", (text, want) => {
    expect(brief(parseMarkdown(text))).toBe(`p(${want})`);
  });

  test("what would run code stays text", () => {
    expect(brief(parseMarkdown("[x](javascript:alert(1)) <script>alert(1)</script> ![x](http://x.org/a.png) <img src=x onerror=y>")))
      .toBe("p([x](javascript:alert(1)) <script>alert(1)</script> x <img src=x onerror=y>)");
    expect(brief(parseMarkdown("[x](JAVASCRIPT:1) [y](data:text/html,z) [z](//x.org)"))).toBe("p([x](JAVASCRIPT:1) [y](data:text/html,z) [z](//x.org))");
  });

  test.each([
    ["quotes", "> ".repeat(500) + "x"], ["lists", Array.from({ length: 500 }, (_, i) => `${" ".repeat(2 * i)}- x`).join("\n")],
    ["marks", "*_".repeat(10_000)], ["strong", "**a ".repeat(5000)], ["brackets", "[".repeat(20_000)], ["links", "[a](".repeat(5000)],
    ["ticks", "`".repeat(20_000)], ["odd ticks", Array.from({ length: 180 }, (_, i) => "`".repeat(i + 1)).join(" ")],
    ["bars", "|".repeat(20_000)], ["dividers", Array.from({ length: 2000 }, () => "|-|-|").join("\n")], ["a long line", "*a* ".repeat(100_000)],
    ["lone bars", "a|\n".repeat(20_000)], ["backslashes", "\\".repeat(20_000)], ["angles", "<http://".repeat(2500)], ["stars", "*".repeat(20_000)],
    ["spaces", `- a${" ".repeat(20_000)}b`], ["hashes", `# ${"#".repeat(20_000)} x`], ["hash gaps", `# ${"a #".repeat(6000)} x`], ["rules", `${"- ".repeat(10_000)}x`],
  ])("hostile %s take no time", (_, text) => {
    const start = performance.now();
    expect(parseMarkdown(text).length).toBeGreaterThan(0);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

test.each([
  ["| a | b |", ["a", "b"]], ["a|b", ["a", "b"]], ["|a||b|", ["a", "", "b"]], ["| a \\| b |", ["a | b"]], ["a", ["a"]],
])("the cells of %s", (line, want) => {
  expect(cells(line)).toEqual(want);
});
