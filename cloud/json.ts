import { isUtf8 } from 'node:buffer';
import { EztError } from './errors';

/** Deepest nesting of arrays and objects, both ways: Node-RED's own clone of a message overflows on much more. */
const MAX_DEPTH = 200;
/** Most values in one outgoing payload: shared branches would otherwise multiply without end. */
const MAX_VALUES = 1_000_000;

/** A received payload that is not what its channel promises; the message says why. */
export class Malformed extends Error {}

export type PlainObject = Record<string, unknown>;

/** An object written as `{…}` or parsed from JSON, from whichever realm: a Function node has its own `Object`. */
export function isPlainObject(value: unknown): value is PlainObject {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** UTF-8 bytes as text without a byte-order mark. Throws {@link Malformed} for anything else. */
export function decodeText(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new Malformed('not UTF-8');
  const text = bytes.toString();
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
  makeSafe(value, 0);
  return value;
}

function makeSafe(value: unknown, depth: number): void {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Malformed('a number is too large');
  } else if (typeof value === 'object' && value !== null) {
    if (depth === MAX_DEPTH) throw new Malformed(`nested deeper than ${MAX_DEPTH} levels`);
    if (Array.isArray(value)) {
      for (const item of value) makeSafe(item, depth + 1);
    } else {
      const object = value as PlainObject;
      for (const key in object) {
        if (key === '__proto__') delete object[key];
        else makeSafe(object[key], depth + 1);
      }
    }
  }
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
 * `value` as JSON. What JSON would drop or change in silence (undefined, functions, NaN, Infinity, a Map) and
 * what it cannot hold (BigInt, a cycle, over 200 levels) is an `EZT_PAYLOAD` instead.
 */
export function encodeJson(value: unknown): string {
  try {
    checkEncodable(value, { ancestors: new Set(), values: 0 });
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof EztError) throw error;
    // A getter, a Proxy or toJSON of the flow's own threw.
    throw notJson(`something that throws (${error instanceof Error ? error.message : String(error)})`);
  }
}

const notJson = (what: string) => new EztError('payloadNotJson', { what });

interface Walk {
  ancestors: Set<object>;
  values: number;
}

function checkEncodable(value: unknown, walk: Walk): void {
  walk.values += 1;
  if (walk.values > MAX_VALUES) throw notJson(`more than ${MAX_VALUES} values`);
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw notJson(String(value));
    return;
  }
  if (typeof value !== 'object')
    throw notJson(typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`);
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    checkEncodable(value.toJSON(), walk); // Date, Buffer
    return;
  }
  if (value instanceof Map || value instanceof Set) throw notJson(`a ${value.constructor.name}`);
  if (walk.ancestors.has(value)) throw notJson('a circular reference');
  if (walk.ancestors.size === MAX_DEPTH) throw notJson(`more than ${MAX_DEPTH} levels`);
  walk.ancestors.add(value);
  for (const item of Object.values(value)) checkEncodable(item, walk);
  walk.ancestors.delete(value);
}
