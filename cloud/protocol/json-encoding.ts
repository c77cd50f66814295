import { isDate, isNativeError } from 'node:util/types';
import type { Reason } from './error-reasons';
import { EztError } from './errors';
import { MAX_DEPTH, type PlainObject, tagOf } from './json';

/** Most values in one outgoing payload: shared branches would otherwise multiply without end. */
const MAX_VALUES = 1_000_000;

/**
 * Copies `value` as JSON would write it. Every property is read once, since getters, Proxies and toJSON may return
 * something else the next time. Properties that are `undefined` are left out. Throws `EZT_PAYLOAD` with the key, for
 * instance `readings[2].value`, for what JSON would silently change (functions, NaN, Infinity, a Map, a Buffer, an
 * invalid Date) or cannot hold (BigInt, a cycle, over 200 levels).
 */
export function copyData(value: unknown): unknown {
  /** The containers around the current value, outermost first, and the keys that lead to it. */
  const around: object[] = [];
  const path: (string | number)[] = [];
  let values = 0;

  const refusal = (reason: Reason, params = {}) => new EztError(reason, { key: keyOf(path), ...params });

  function copy(given: unknown): unknown {
    const item = hasToJson(given) ? toJson(given) : given;
    counted(item);
    if (!isContainer(item)) return item;
    if (around.includes(item)) throw refusal('valueCircular');
    if (around.length === MAX_DEPTH) throw notJson(`it is nested deeper than ${MAX_DEPTH} levels`);
    around.push(item);
    const copied = Array.isArray(item) ? copyItems(item) : copyMembers(item);
    around.pop();
    return copied;
  }

  function counted<T>(item: T): T {
    values += 1;
    if (values > MAX_VALUES) throw notJson(`it holds more than ${MAX_VALUES} values`);
    return item;
  }

  function toJson(given: HasToJson): unknown {
    // Their own toJSON would make an object of a Buffer, and null of an invalid Date.
    if (Buffer.isBuffer(given)) throw refusal('valueBuffer');
    if (isDate(given) && Number.isNaN(Date.prototype.getTime.call(given))) throw refusal('valueDate');
    return given.toJSON(String(path.at(-1) ?? ''));
  }

  function copyItems(items: readonly unknown[]): unknown[] {
    const copies: unknown[] = [];
    // By index, so that holes are found and refused.
    for (let i = 0; i < items.length; i += 1) {
      const given = items[i];
      if (isSimple(given)) {
        copies.push(counted(given));
        continue;
      }
      path.push(i);
      const item = copy(given);
      if (item === undefined) throw refusal('valueUndefined');
      copies.push(item);
      path.pop();
    }
    return copies;
  }

  function copyMembers(object: PlainObject): PlainObject {
    const copies: PlainObject = {};
    for (const key of Object.keys(object)) {
      const given = object[key];
      let item: unknown = given;
      if (isSimple(given)) {
        counted(given);
      } else {
        path.push(key);
        item = copy(given);
        path.pop();
      }
      if (item === undefined) continue;
      // Assigned, it would become the prototype.
      if (key === '__proto__') Object.defineProperty(copies, key, { value: item, enumerable: true });
      else copies[key] = item;
    }
    return copies;
  }

  /** Whether `item` is an object or array. `false` for values of JSON and `undefined`; throws for everything else. */
  function isContainer(item: unknown): item is PlainObject {
    if (item === null || item === undefined || typeof item === 'string' || typeof item === 'boolean')
      return false;
    if (typeof item === 'number') {
      if (Number.isFinite(item)) return false;
      throw refusal('valueNumber', { value: item });
    }
    if (typeof item === 'bigint') throw refusal('valueBigint');
    if (typeof item !== 'object') throw refusal('valueType', { type: typeof item });
    const type = isRawJson?.(item) ? 'rawJSON' : tagOf(item);
    if (type !== 'Object' && type !== 'Array') throw refusal('valueType', { type });
    return true;
  }

  return reading(() => copy(value));
}

/** Most values, which need no copying: to ask this first takes half of the time. */
const isSimple = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isFinite(value));

interface HasToJson {
  toJSON(key: string): unknown;
}

/** As JSON.stringify looks for it. */
const hasToJson = (value: unknown): value is HasToJson =>
  ((typeof value === 'object' && value !== null) ||
    typeof value === 'function' ||
    typeof value === 'bigint') &&
  typeof (value as { toJSON?: unknown }).toJSON === 'function';

/** From Node.js 21 on. JSON.stringify writes the text in it as it stands. */
const { isRawJSON: isRawJson } = JSON as { isRawJSON?(value: unknown): boolean };

const MAX_KEY = 100;

/** `['a', 'b c', 0]` → `a["b c"][0]`, as it would be written in JavaScript. */
function keyOf(path: readonly (string | number)[]): string {
  const steps = path.map((step) => {
    if (typeof step === 'number') return `[${step}]`;
    return /^[\p{L}\p{N}_$-]+$/u.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  });
  const key = steps.join('').replace(/^\./, '') || 'msg.payload';
  return key.length > MAX_KEY ? `${key.slice(0, MAX_KEY)}…` : key;
}

const notJson = (what: string) => new EztError('payloadNotJson', { what });

/** Runs `read`. What a getter, a Proxy or toJSON of a flow throws becomes an `EZT_PAYLOAD`. */
export function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof EztError) throw error;
    throw notJson(`reading it fails (${isNativeError(error) ? error.message : typeof error})`);
  }
}
