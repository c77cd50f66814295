// A list typed into one text field: items stand between commas or spaces, and an item that holds one of those is
// written as a JSON string. So every list survives opening and closing the form.

const ITEM = /"(?:[^"\\]|\\.)*"|[^\s,，、;；]+/g;
const BARE = /^[^\s,，、;；"]+$/;

/** The different items of `text`, in order. */
export function parseList(text: string): string[] {
  return [...new Set((text.match(ITEM) ?? []).map(unquote).filter((item) => item !== ''))];
}

export function formatList(items: readonly string[]): string {
  return items.map(formatItem).join(', ');
}

export function formatItem(item: string): string {
  return BARE.test(item) ? item : JSON.stringify(item);
}

/** The list a node holds; an imported flow may have left it out. */
export function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** `text` as the items that are complete, and the one at its end that is still being typed. */
export function splitTyped(text: string): { before: string; typed: string } {
  const typed = /(?:"[^"]*|[^\s,，、;；]*)$/.exec(text)?.[0] ?? '';
  return { before: text.slice(0, text.length - typed.length), typed };
}

function unquote(item: string): string {
  if (!/^".*"$/s.test(item) || item.length < 2) return item;
  try {
    return String(JSON.parse(item));
  } catch {
    return item.slice(1, -1); // not JSON after all, such as "C:\dir"
  }
}
