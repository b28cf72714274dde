import "./tags.css";

/** Tags, as many as have room. */
export function Tags({ tags }: { tags: readonly string[] }) {
  if (tags.length === 0) return null;
  return <span className="tags" title={tags.join(", ")}>{tags.map((tag) => <span key={tag}>{tag}</span>)}</span>;
}
