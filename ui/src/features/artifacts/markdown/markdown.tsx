import { Fragment, type ReactNode, useMemo } from "react";
import { grouped } from "@/lib/numbers";
import { type Block, parseMarkdown } from "./blocks";
import type { Inline } from "./inline";
import "./markdown.css";

/** More than this is not laid out: the rest is in the download. */
const longest = 200_000;

/** Markdown as elements. What is HTML in it stays text. */
export function Markdown({ text }: { text: string }) {
  const blocks = useMemo(() => parseMarkdown(text.slice(0, longest)), [text]);
  return (
    <div className="markdown">
      {blocks.map((block, i) => <Fragment key={i}>{blockOf(block)}</Fragment>)}
      {text.length > longest && <p className="muted">The text goes on for {grouped(text.length - longest)} more characters: download it to read them.</p>}
    </div>
  );
}

function blockOf(block: Block): ReactNode {
  switch (block.kind) {
    case "heading": {
      const Tag = (["h2", "h3", "h4", "h5", "h6", "h6"] as const)[block.level - 1] ?? "h6"; // the page itself has the h1
      return <Tag>{inlineOf(block.children)}</Tag>;
    }
    case "paragraph":
      return <p>{inlineOf(block.children)}</p>;
    case "code":
      return <pre tabIndex={0} data-language={block.language || undefined}><code>{block.text}</code></pre>;
    case "quote":
      return <blockquote>{block.children.map((each, i) => <Fragment key={i}>{blockOf(each)}</Fragment>)}</blockquote>;
    case "rule":
      return <hr />;
    case "list": {
      const Tag = block.ordered ? "ol" : "ul";
      return (
        <Tag {...(block.ordered && block.start !== 1 ? { start: block.start } : {})}>
          {block.items.map(({ done, children }, i) => (
            <li key={i} className={done === null ? undefined : "task"}>
              {done !== null && <input type="checkbox" checked={done} disabled aria-label={done ? "Done" : "Open"} />}
              {children.map((each, n) => <Fragment key={n}>{each.kind === "paragraph" ? <span className="line-of">{inlineOf(each.children)}</span> : blockOf(each)}</Fragment>)}
            </li>
          ))}
        </Tag>
      );
    }
    case "table":
      return (
        <div className="markdown-table" tabIndex={0} role="group" aria-label="Table">
          <table>
            <thead><tr>{block.head.map((cell, i) => <th key={i} className={block.right[i] ? "num" : undefined}>{inlineOf(cell)}</th>)}</tr></thead>
            <tbody>{block.rows.map((row, r) => <tr key={r}>{row.map((cell, i) => <td key={i} className={block.right[i] ? "num" : undefined}>{inlineOf(cell)}</td>)}</tr>)}</tbody>
          </table>
        </div>
      );
  }
}

function inlineOf(parts: readonly Inline[]): ReactNode {
  return parts.map((part, i) => <Fragment key={i}>{partOf(part)}</Fragment>);
}

function partOf(part: Inline): ReactNode {
  switch (part.kind) {
    case "text":
      return part.text;
    case "code":
      return <code>{part.text}</code>;
    case "strong":
      return <strong>{inlineOf(part.children)}</strong>;
    case "em":
      return <em>{inlineOf(part.children)}</em>;
    case "del":
      return <del>{inlineOf(part.children)}</del>;
    case "link":
      return <a href={part.href} target="_blank" rel="noopener noreferrer nofollow">{inlineOf(part.children)}</a>;
    case "image":
      return <img src={part.src} alt={part.alt} loading="lazy" referrerPolicy="no-referrer" />;
    case "break":
      return <br />;
  }
}
