/** Tags as they are typed: with commas between. Pure. */
export function readTags(text: string): string[] {
  return [...new Set(text.split(",").map((tag) => tag.trim()).filter(Boolean))];
}

export function tagText(tags: readonly string[]): string {
  return tags.join(", ");
}
