import { EztError } from './errors';
import { isPlainObject, tagOf } from './json';
import { copyData, reading } from './json-encoding';
import { isIdentifier } from './names';

export const MAX_ID = 2 ** 31 - 1;

/** A command to a device. Source: MQTT API page, "发布指定设备命令下发". */
export interface Command {
  method: string;
  /** Any JSON value. */
  params: unknown;
  /** 1 … 2³¹−1: small devices read it into an int32. */
  id: number;
}

/**
 * The payload of `attributes_push`: `{…payload}`, or `{[attribute]: payload}` when an attribute is named. Values that
 * are `undefined` are left out. Throws `EZT_PAYLOAD`. Source: MQTT API page, "发布指定设备属性下发".
 */
export function encodeAttributes(payload: unknown, attribute = ''): Buffer {
  return reading(() => {
    if (attribute === '' && !isPlainObject(payload)) throw notObject(payload);
    const attributes = copyData(attribute === '' ? payload : { [attribute]: payload });
    if (!isPlainObject(attributes)) throw notObject(attributes); // what its toJSON returned
    const identifiers = Object.keys(attributes);
    if (identifiers.length === 0) throw new EztError('payloadEmpty');
    for (const identifier of identifiers) {
      if (!isIdentifier(identifier)) {
        throw new EztError('attributeInvalid', { attribute: identifier.slice(0, 80) });
      }
    }
    return Buffer.from(JSON.stringify(attributes));
  });
}

/** Why `payload`, which is no plain object, is refused where one is wanted. */
export function notObject(payload: unknown): EztError {
  return isObjectAsText(payload)
    ? new EztError('payloadIsText')
    : new EztError('payloadNotObject', { type: typeOf(payload) });
}

function isObjectAsText(value: unknown): boolean {
  if (typeof value !== 'string' || !/^\s*\{/.test(value)) return false;
  try {
    return isPlainObject(JSON.parse(value));
  } catch {
    return false;
  }
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  return Buffer.isBuffer(value) ? 'Buffer' : tagOf(value);
}

/** Method, parameters (`{}` for none) and id (when the flow brings one) of a command. Throws `EZT_PAYLOAD`. */
export function checkCommand(
  method: unknown,
  params: unknown,
  id?: unknown,
): Partial<Command> & Omit<Command, 'id'> {
  if (typeof method !== 'string' || method === '') throw new EztError('methodInvalid');
  const command = { method, params: params ?? {} };
  if (id === undefined || id === null) return command;
  if (typeof id !== 'number' || !Number.isInteger(id) || id < 1 || id > MAX_ID)
    throw new EztError('idInvalid');
  return { ...command, id };
}

/**
 * The command that `payload` is as a whole, unchecked: an object with a text `method` and no keys but `method`,
 * `params` and `id`. Throws `EZT_PAYLOAD` when it cannot be read.
 */
export function wholeCommand(payload: unknown): Record<keyof Command, unknown> | undefined {
  return reading(() => {
    if (!isPlainObject(payload)) return undefined;
    if (!Object.keys(payload).every((key) => ['method', 'params', 'id'].includes(key))) return undefined;
    const { method, params, id } = payload;
    return typeof method === 'string' ? { method, params, id } : undefined;
  });
}

/** `params` as they are sent, whatever becomes of the original: for several devices, or for later. Throws `EZT_PAYLOAD`. */
export const copyParams = (params: unknown): unknown => (copyData({ params }) as { params?: unknown }).params;

/** The payload of `command_send`. Throws `EZT_PAYLOAD`. */
export function encodeCommand({ method, params, id }: Command): Buffer {
  return Buffer.from(JSON.stringify({ method, params: copyParams(params) ?? {}, id }));
}
