import { isUtf8 } from 'node:buffer';
import { isNativeError } from 'node:util/types';
import { EztError } from './errors';

/** Deepest nesting of arrays and objects, both ways: Node-RED's own clone of a message overflows on much more. */
const MAX_DEPTH = 200;
/** Most values in one outgoing payload: shared branches would otherwise multiply without end. */
const MAX_VALUES = 1_000_000;

/** A received payload that is not what its channel promises; the message says why. */
export class Malformed extends Error {}

export type PlainObject = Record<string, unknown>;

/**
 * An object written as `{…}` or parsed from JSON, from whichever realm: a Function node has its own `Object`.
 * One with `toJSON` stands for something else.
 */
export function isPlainObject(value: unknown): value is PlainObject {
  if (typeof value !== 'object' || value === null) return false;
  if ('toJSON' in value && typeof value.toJSON === 'function') return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** UTF-8 bytes as text without a byte-order mark. Throws {@link Malformed} for anything else. */
export function decodeText(bytes: Buffer): string {
  const text = bytes.toString();
  // What is not UTF-8 has become U+FFFD; to look for that in ASCII takes no time.
  if (text.includes('\ufffd') && !isUtf8(bytes)) throw new Malformed('not UTF-8');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/**
 * UTF-8 JSON as a value that is safe to pass on: at most 200 levels, finite numbers, no key `__proto__`
 * (it would become the prototype in the first `Object.assign`). Of equal keys the last counts.
 * Throws {@link Malformed}.
 */
export function decodeJson(bytes: Buffer): unknown {
  const text = decodeText(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Malformed(text === '' ? 'empty' : 'not JSON');
  }
  if (isBranch(value)) makeSafe(value, 1);
  return value;
}

function makeSafe(branch: object, depth: number): void {
  if (depth > MAX_DEPTH) throw new Malformed(`nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(branch)) {
    // By index: `for … of` takes twice as long over what may be a hundred thousand numbers.
    for (let i = 0; i < branch.length; i += 1) {
      const item: unknown = branch[i];
      if (isBranch(item)) makeSafe(item, depth + 1);
    }
  } else {
    const object = branch as PlainObject;
    for (const key in object) {
      const member = object[key];
      if (key === '__proto__') delete object[key];
      else if (isBranch(member)) makeSafe(member, depth + 1);
    }
  }
}

/** Whether a parsed `value` is an object or array. JSON may write a number that JavaScript makes Infinity of. */
function isBranch(value: unknown): value is object {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Malformed('a number is too large');
  return typeof value === 'object' && value !== null;
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

/**
 * `value` as JSON. What JSON would drop or change in silence (undefined, functions, NaN, Infinity, a Map, a RegExp)
 * and what it cannot hold (BigInt, a cycle, over 200 levels) is an `EZT_PAYLOAD` instead.
 */
export function encodeJson(value: unknown): string {
  return reading(() => JSON.stringify(copyData(value)));
}

/** What JSON writes of `value`, each part asked for once: getters, Proxies and toJSON may answer otherwise later. */
function copyData(value: unknown): unknown {
  /** The containers around the value at hand, outermost first. */
  const around: object[] = [];
  let values = 0;

  function copy(key: string, given: unknown): unknown {
    const item = hasToJson(given) ? given.toJSON(key) : given;
    values += 1;
    if (values > MAX_VALUES) throw notJson(`more than ${MAX_VALUES} values`);
    if (!isContainer(item)) return item;
    if (around.includes(item)) throw notJson('a circular reference');
    if (around.length === MAX_DEPTH) throw notJson(`more than ${MAX_DEPTH} levels`);
    around.push(item);
    const copied = Array.isArray(item) ? copyItems(item) : copyMembers(item);
    around.pop();
    return copied;
  }

  function copyItems(items: readonly unknown[]): unknown[] {
    const copies: unknown[] = [];
    for (let i = 0; i < items.length; i += 1) copies.push(copy(String(i), items[i])); // with holes, and refused
    return copies;
  }

  function copyMembers(object: PlainObject): PlainObject {
    const copies: PlainObject = {};
    for (const key of Object.keys(object)) {
      const member = copy(key, object[key]);
      // Assigned, it would become the prototype.
      if (key === '__proto__') Object.defineProperty(copies, key, { value: member, enumerable: true });
      else copies[key] = member;
    }
    return copies;
  }

  return copy('', value);
}

/** As JSON.stringify looks for it. */
const hasToJson = (value: unknown): value is { toJSON(key: string): unknown } =>
  ((typeof value === 'object' && value !== null) ||
    typeof value === 'function' ||
    typeof value === 'bigint') &&
  typeof (value as { toJSON?: unknown }).toJSON === 'function';

const notJson = (what: string) => new EztError('payloadNotJson', { what });

/** From Node.js 21 on. JSON.stringify writes the text in it as it stands. */
const { isRawJSON: isRawJson } = JSON as { isRawJSON?(value: unknown): boolean };

/** Whether `value` is an object or array; `false` for what JSON holds as it is. Throws for all else. */
function isContainer(value: unknown): value is PlainObject {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return false;
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return false;
    throw notJson(String(value));
  }
  if (typeof value !== 'object') throw notJson(value === undefined ? 'undefined' : `a ${typeof value}`);
  // By name, not by `instanceof`: a Function node has its own `Map`.
  const name = isRawJson?.(value) ? 'piece of raw JSON' : Object.prototype.toString.call(value).slice(8, -1);
  if (name !== 'Object' && name !== 'Array') throw notJson(`a ${name}`);
  return true;
}

/** Runs `read` on what a flow brought: what a getter, a Proxy or toJSON throws there becomes an `EZT_PAYLOAD`. */
export function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof EztError) throw error;
    throw notJson(`something that throws (${isNativeError(error) ? error.message : typeof error})`);
  }
}
