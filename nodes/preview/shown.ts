import { isPlainObject } from '../../cloud';

/** Stands in a value for what only the flow knows, e.g. `msg.payload`. */
export class Placeholder {
  constructor(readonly text: string) {}
}

/** Bounds of a shown value: characters in all, of one text; items of an array or an object; levels; bytes of a Buffer. */
const MOST = { all: 8_000, text: 1_000, items: 100, levels: 8, bytes: 64 };

/** The type of a value in the words of Node-RED's debug sidebar: `string[5]`, `buffer[2]`, `array[3]`, `Object`, `number` … */
export function typeShown(value: unknown): string {
  if (value instanceof Placeholder) return '';
  if (Buffer.isBuffer(value)) return `buffer[${value.length}]`;
  if (Array.isArray(value)) return `array[${value.length}]`;
  if (typeof value === 'string') return `string[${value.length}]`;
  if (value === null) return 'null';
  return typeof value === 'object' ? 'Object' : typeof value;
}

/** A decoded or outgoing value as JSON that people can read, with an end: whatever is left out is marked by `…`. */
export function shown(value: unknown): string {
  let left = MOST.all;

  function take(text: string): string {
    left -= text.length;
    return text;
  }

  function write(item: unknown, indent: string, level: number): string {
    if (left <= 0) return '…';
    if (item instanceof Placeholder) return take(`‹${item.text}›`);
    if (Buffer.isBuffer(item)) return take(bufferShown(item));
    if (typeof item === 'string') return take(textShown(item));
    if (Array.isArray(item)) {
      const lines = item.slice(0, MOST.items).map((each) => ['', each] as const);
      return branch('[', ']', lines, item.length, indent, level);
    }
    if (isPlainObject(item)) {
      const keys = Object.keys(item);
      const lines = keys.slice(0, MOST.items).map((key) => [`${textShown(key)}: `, item[key]] as const);
      return branch('{', '}', lines, keys.length, indent, level);
    }
    return take(item === undefined ? 'undefined' : (JSON.stringify(item) ?? String(item)));
  }

  function branch(
    open: string,
    close: string,
    lines: readonly (readonly [before: string, item: unknown])[],
    count: number,
    indent: string,
    level: number,
  ): string {
    if (count === 0) return take(open + close);
    if (level === MOST.levels) return take(`${open}…${close}`);
    const inner = `${indent}  `;
    const written: string[] = [];
    for (const [before, item] of lines) {
      if (left <= 0) break;
      written.push(inner + take(before) + write(item, inner, level + 1));
      left -= inner.length + 2;
    }
    if (written.length < count) written.push(`${inner}… (${count - written.length})`);
    return `${open}\n${written.join(',\n')}\n${indent}${close}`;
  }

  return write(value, '', 0);
}

const textShown = (text: string): string =>
  JSON.stringify(text.length > MOST.text ? `${text.slice(0, MOST.text)}…` : text);

function bufferShown(bytes: Buffer): string {
  const hex = bytes
    .subarray(0, MOST.bytes)
    .toString('hex')
    .replace(/..(?=.)/g, '$& ');
  return `buffer[${bytes.length}] ${hex}${bytes.length > MOST.bytes ? ' …' : ''}`;
}
