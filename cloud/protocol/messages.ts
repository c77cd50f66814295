import { decodeGb18030 } from './gb18030';
import { decodeJson, decodeText, isPlainObject, Malformed, type PlainObject } from './json';
import type { DataFormat } from './limits';
import { decodeModbus } from './modbus';
import type { Channel } from './topics';

/** Device attributes by identifier. Values are passed on as they came: a Switch may be `true`, `1` or `"ON"`. */
export type Attributes = Record<string, unknown>;
export interface DeviceEvent {
  method: string;
  params: unknown;
}
/** Some devices leave out the method. */
export interface CommandReply {
  method?: string;
  params: unknown;
  id: string | number;
  [extra: string]: unknown;
}
export interface Alarm {
  alerting: boolean;
  [extra: string]: unknown;
}
export interface Online {
  online: boolean;
  [extra: string]: unknown;
}

/** `msg.payload` by `msg.type`, with the output `message`. */
export interface Payloads {
  attributes: Attributes;
  event_report: DeviceEvent;
  command_reply: CommandReply;
  data: unknown;
  alarm: Alarm;
  online: Online;
}

/** A decoded payload, and the parts of it that become properties of the message. */
export interface Decoded<C extends Channel = Channel> {
  payload: Payloads[C];
  inside: Inside;
}
interface Inside {
  /** What the output `value` sends. */
  value: unknown;
  /** The output `value` sends one message for each of these. `ezt-in` may filter them. */
  attributes?: Attributes;
  method?: string | undefined;
  id?: string | number;
}

interface Row<C extends Channel> {
  /** Decodes the bytes. Throws {@link Malformed}. */
  decode(bytes: Buffer, format: DataFormat): Payloads[C];
  inside(payload: Payloads[C]): Inside;
}

/** One row per channel. Source: MQTT API page, "MQTT 订阅主题". */
export const MESSAGES: { readonly [C in Channel]: Row<C> } = {
  attributes: { decode: decodeObject, inside: (attributes) => ({ value: attributes, attributes }) },
  event_report: { decode: decodeEvent, inside: ({ method, params }) => ({ value: params, method }) },
  command_reply: { decode: decodeReply, inside: ({ method, params, id }) => ({ value: params, method, id }) },
  data: { decode: (bytes, format) => DECODERS[format](bytes), inside: (value) => ({ value }) },
  alarm: { decode: (bytes) => withFlag(bytes, 'alerting'), inside: ({ alerting }) => ({ value: alerting }) },
  online: { decode: (bytes) => withFlag(bytes, 'online'), inside: ({ online }) => ({ value: online }) },
};

/** Decodes a message of `channel`; `format` is for `data`. Throws {@link Malformed}. */
export function decodeMessage<C extends Channel>(channel: C, bytes: Buffer, format: DataFormat): Decoded<C> {
  const row: Row<C> = MESSAGES[channel];
  const payload = row.decode(bytes, format);
  return { payload, inside: row.inside(payload) };
}

const DECODERS: { readonly [F in DataFormat]: (bytes: Buffer) => unknown } = {
  buffer: (bytes) => Buffer.from(bytes), // a copy: the original is a slice of a socket's whole chunk
  text: decodeText,
  gb18030: decodeGb18030,
  json: decodeJson,
  hex: (bytes) => bytes.toString('hex'),
  base64: (bytes) => bytes.toString('base64'),
  auto: (bytes) =>
    (attempt(decodeObjectOrArray, bytes) ?? attempt(decodeText, bytes) ?? { value: Buffer.from(bytes) })
      .value,
  modbus: decodeModbus,
};

/** A text such as `1E10`, `123456` or `true` is JSON too, but stays text. */
function decodeObjectOrArray(bytes: Buffer): unknown {
  if (!/^\ufeff?[ \t\r\n]*[[{]/.test(bytes.toString('utf8', 0, 100)))
    throw new Malformed('not an object or array');
  return decodeJson(bytes);
}

function attempt(decode: (bytes: Buffer) => unknown, bytes: Buffer): { value: unknown } | undefined {
  try {
    return { value: decode(bytes) };
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

function decodeObject(bytes: Buffer): PlainObject {
  const value = decodeJson(bytes);
  if (!isPlainObject(value)) throw new Malformed('not a JSON object');
  return value;
}

/** Events without parameters are common: `params` is then `{}`. */
function decodeEvent(bytes: Buffer): DeviceEvent & PlainObject {
  const event = decodeObject(bytes);
  if (typeof event.method !== 'string' || event.method === '') throw new Malformed('no method');
  if (event.params === undefined) event.params = {};
  return event as PlainObject & DeviceEvent;
}

/** As {@link decodeEvent}, but the method may be missing; in C that is often `""` or null. */
function decodeReply(bytes: Buffer): CommandReply {
  const reply = decodeObject(bytes);
  const { method, id } = reply;
  if (typeof id !== 'string' && typeof id !== 'number') throw new Malformed('no id');
  if (method === '' || method === null) delete reply.method;
  else if (method !== undefined && typeof method !== 'string') throw new Malformed('the method is not text');
  if (reply.params === undefined) reply.params = {};
  return reply as CommandReply;
}

function withFlag<F extends string>(bytes: Buffer, flag: F): PlainObject & Record<F, boolean> {
  const message = decodeObject(bytes);
  if (typeof message[flag] !== 'boolean') throw new Malformed(`"${flag}" is not true or false`);
  return message as PlainObject & Record<F, boolean>;
}
