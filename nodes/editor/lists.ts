import { dropBlanks, isVariable, namesSeveral, SEPARATORS } from '../../cloud/protocol/names';

// A list typed into one text field: the separators are those of the runtime, and an item that holds one of them is
// written as a JSON string. So every list survives opening and closing the form.

const ITEM = new RegExp(`\\s*"(?:[^"\\\\]|\\\\.)*"\\s*(?=[${SEPARATORS}]|$)|[^${SEPARATORS}]+`, 'g');
const TYPED = new RegExp(`(?:"[^"]*|[^\\s${SEPARATORS}][^${SEPARATORS}]*)?$`);

/** The different items of `text`, in order. */
export function parseList(text: string): string[] {
  const items = (text.match(ITEM) ?? []).map((item) => unquote(dropBlanks(item)));
  return [...new Set(items.filter((item) => item !== ''))];
}

export function formatList(items: readonly string[]): string {
  return items.map(formatItem).join(', ');
}

export function formatItem(item: string): string {
  return namesSeveral(item) || item.startsWith('"') || dropBlanks(item) !== item
    ? JSON.stringify(item)
    : item;
}

/** The list a node holds; an imported flow may have left it out, or have text in its place. */
export function listOf(value: unknown): string[] {
  if (typeof value === 'string') return isVariable(value) ? [value] : parseList(value);
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Splits `text` into the complete items and the last one, which is still being typed. */
export function splitTyped(text: string): { before: string; typed: string } {
  const typed = TYPED.exec(text)?.[0] ?? '';
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
