import { isUtf8 } from 'node:buffer';
import { quoteLongIntegers } from './long-integers';

/** Deepest nesting of arrays and objects, both ways: Node-RED's own clone of a message overflows on much more. */
export const MAX_DEPTH = 200;

/** A received payload that is not what its channel promises; the message says why. */
export class Malformed extends Error {}

export type PlainObject = Record<string, unknown>;

/**
 * Whether `value` is an object whose own enumerable properties are data: `{…}`, parsed JSON, an instance of a class
 * (a row of a database), from whichever realm, as a Function node has its own `Object`. Arrays, Buffers, Dates, Maps
 * and the like are not.
 */
export function isPlainObject(value: unknown): value is PlainObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || tagOf(value) === 'Object';
}

/** `Map`, `Date`, `Uint8Array` …: by name, since `instanceof` knows the classes of its own realm only. */
export const tagOf = (value: object): string => Object.prototype.toString.call(value).slice(8, -1);

/** UTF-8 bytes as text without a byte-order mark. Throws {@link Malformed} for anything else. */
export function decodeText(bytes: Buffer): string {
  const text = bytes.toString();
  // Invalid bytes have become U+FFFD. The search is fast in ASCII.
  if (text.includes('\ufffd') && !isUtf8(bytes)) throw new Malformed('not UTF-8');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/**
 * UTF-8 JSON as a value that is safe to pass on: at most 200 levels, finite numbers, no key `__proto__`
 * (it would become the prototype in the first `Object.assign`), integers beyond ±(2⁵³−1) as text. Of equal keys
 * the last counts; NUL bytes after it, with which C ends its strings, are dropped. Throws {@link Malformed}.
 */
export function decodeJson(bytes: Buffer): unknown {
  return parseJson(withoutEnd(decodeText(bytes)));
}

function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Malformed(text === '' ? 'empty' : 'not JSON');
  }
  // Only if there is such a number: searching every text for it would take half as long as parsing.
  if (makeSafe(value, 0)) {
    value = JSON.parse(quoteLongIntegers(text));
    makeSafe(value, 0);
    refuseInfinity(value);
  }
  return value;
}

/** `text` without NULs at its end and the blanks among them. */
function withoutEnd(text: string): string {
  let end = text.length;
  let hasNul = false;
  for (; end > 0; end -= 1) {
    const code = text.charCodeAt(end - 1);
    if (code === 0) hasNul = true;
    else if (!isBlank(code)) break;
  }
  return hasNul ? text.slice(0, end) : text;
}

/** White space in JSON. */
const isBlank = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

/** Checks and cleans a parsed `value`. Returns whether it holds a number that may be rounded, or is Infinity. */
function makeSafe(value: unknown, depth: number): boolean {
  if (typeof value === 'number') return !(Math.abs(value) <= Number.MAX_SAFE_INTEGER);
  return typeof value === 'object' && value !== null && makeBranchSafe(value, depth);
}

function makeBranchSafe(branch: object, depth: number): boolean {
  if (depth === MAX_DEPTH) throw new Malformed(`nested deeper than ${MAX_DEPTH} levels`);
  let beyond = false;
  if (Array.isArray(branch)) {
    // By index: `for … of` takes twice as long over what may be a hundred thousand numbers.
    for (let i = 0; i < branch.length; i += 1) if (makeSafe(branch[i], depth + 1)) beyond = true;
  } else {
    const object = branch as PlainObject;
    for (const key in object) {
      const item = object[key];
      if (key === '__proto__') delete object[key];
      else if (typeof item !== 'string' && makeSafe(item, depth + 1)) beyond = true;
    }
  }
  return beyond;
}

/** A number in JSON may be too large for JavaScript, which makes it Infinity. */
function refuseInfinity(value: unknown): void {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Malformed('a number is too large');
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(refuseInfinity);
}

/** A copy of a decoded payload, JSON or Buffer, so that each node may change its own. */
export function clonePayload(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(clonePayload);
  if (Buffer.isBuffer(value)) return Buffer.from(value);
  const copy: PlainObject = {};
  for (const key in value) copy[key] = clonePayload((value as PlainObject)[key]);
  return copy;
}

/** Whether two JSON values are equal, whatever the order of their keys. `b` may be anything, `a` must have an end. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && sameLists(a, b);
  }
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && sameJson(Reflect.get(a, key), Reflect.get(b, key)));
}

const sameLists = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
