import { listOf, parseList } from '../lists';

// The text of a field that holds several names, piece by piece.

/** The names in a text; also in one that is a JSON list. */
export function namesInText(text: string): string[] {
  if (!/^\s*\[/.test(text)) return parseList(text);
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list.map(String) : parseList(text);
  } catch {
    return listOf(text); // it only begins like one
  }
}

/** A name without quotation marks, also while the second one has not been typed. */
export const unquoted = (text: string): string => text.replace(/^"/, '').replace(/"$/, '').trim();

/** A text with one more name behind it. */
export function withName(before: string, more: string): string {
  if (before === '') return more;
  if (more === '') return before.replace(/[\s,，、;；]+$/u, '');
  return /[,，、;；]\s*$/u.test(before) ? before + more : `${before}, ${more}`;
}
