import type { Envelope, ValueMessage } from '../protocol/device-message';
import { EztError } from '../protocol/errors';
import { clonePayload, Malformed, type PlainObject } from '../protocol/json';
import type { DataFormat } from '../protocol/limits';
import { type Decoded, decodeMessage } from '../protocol/messages';
import type { Channel } from '../protocol/topics';
import type { ChangesOnly, OwnPush, Receiver } from '../subscriptions/listener';
import { takeChanged, takeState } from './changes';

/** What one received message holds, decoded once for everybody. */
export interface Content {
  /** `undefined` for `data`, which each receiver gets in the format that it asks for. */
  decoded: Decoded | EztError | undefined;
  /** The push of this connection that has come back. */
  own: OwnPush | undefined;
}

export interface Delivery {
  /** Messages handed to receivers. */
  delivered: number;
  /** Whether the payload could not be decoded in a form that a receiver asked for. */
  malformed: boolean;
  /** What receivers threw; the others got their messages all the same. */
  errors: unknown[];
}

/** `findOwn` finds the push of this connection that caused the message. */
export function contentOf(
  channel: Channel,
  bytes: Buffer,
  findOwn?: (attributes: object) => OwnPush | undefined,
): Content {
  if (channel === 'data') return { decoded: undefined, own: undefined };
  const decoded = decode(channel, bytes, 'json');
  const own = findOwn && !(decoded instanceof EztError) ? findOwn(decoded.payload as object) : undefined;
  return { decoded, own };
}

/** Hands one received message to `receivers`. Each gets a message of its own, since flows change what they get. */
export function deliver(
  envelope: Envelope,
  bytes: Buffer,
  receivers: readonly Receiver[],
  { decoded, own }: Content,
): Delivery {
  const delivery: Delivery = { delivered: 0, malformed: false, errors: [] };
  const formats: Partial<Record<DataFormat, Decoded | EztError>> = {};
  for (let i = 0; i < receivers.length; i += 1) {
    const receiver = receivers[i] as Receiver;
    try {
      const content = decoded ?? inFormat(formats, bytes, receiver.dataFormat);
      if (content instanceof EztError) {
        delivery.malformed = true;
        receiver.onMalformed(content, { ...envelope, payload: Buffer.from(bytes) });
      } else if (!own || receiver.own !== 'drop') {
        // Only the last gets the original: a flow that runs at once must not change what the others will get.
        const last = i === receivers.length - 1;
        const copy = last ? original : clonePayload;
        for (const message of messagesFor(receiver, envelope, content, copy, receiver.changes)) {
          if (own) message.own = true;
          receiver.onMessage(message, own);
          delivery.delivered += 1;
        }
      }
    } catch (error) {
      delivery.errors.push(error);
    }
  }
  return delivery;
}

function inFormat(
  formats: Partial<Record<DataFormat, Decoded | EztError>>,
  bytes: Buffer,
  format: DataFormat,
): Decoded | EztError {
  formats[format] ??= decode('data', bytes, format);
  return formats[format];
}

const original = (value: unknown): unknown => value;

function decode(channel: Channel, bytes: Buffer, format: DataFormat): Decoded | EztError {
  try {
    return decodeMessage(channel, bytes, format);
  } catch (error) {
    if (error instanceof Malformed) return new EztError('malformed', { channel, what: error.message });
    throw error;
  }
}

/**
 * The messages that `receiver` gets for one payload; none when its filters exclude it, or when nothing has changed.
 * `own` makes values its own. `changes`: to leave out what has not changed.
 */
export function messagesFor(
  receiver: Receiver,
  envelope: Envelope,
  content: Decoded,
  own: (value: unknown) => unknown,
  changes: ChangesOnly | undefined,
): ValueMessage[] {
  const messages = shape(envelope, content, receiver, own, changes);
  if (receiver.topic !== undefined && receiver.topic !== 'mqtt')
    for (const message of messages) message.topic = topicOf(message, receiver.topic);
  return messages;
}

function shape(
  envelope: Envelope,
  { payload, inside: { value, attributes: all, method, id } }: Decoded,
  { attributes, methods, output }: Receiver,
  own: (value: unknown) => unknown,
  changes: ChangesOnly | undefined,
): ValueMessage[] {
  const whole = output === 'message';
  if (all && !(whole && attributes.length === 0 && changes === undefined)) {
    const wanted =
      attributes.length === 0 ? Object.keys(all) : attributes.filter((name) => Object.hasOwn(all, name));
    const changed = changes && takeChanged(changes, envelope.device, all, wanted);
    const names = changed ? changed.names : wanted;
    if (!whole) return valueMessages(envelope, names, all, own, changed?.previous);
    if (names.length === 0) return [];
    const message = messageOf(envelope, pick(all, names, own));
    if (changed) message.previous = changed.previous;
    return [message];
  }
  if (changes && (envelope.type === 'alarm' || envelope.type === 'online')) {
    const { differs, previous } = takeState(changes, envelope.device, envelope.type, value === true);
    if (!differs) return [];
    const message = messageOf(envelope, own(whole ? payload : value));
    if (previous !== undefined) message.previous = whole ? { [FLAGS[envelope.type]]: previous } : previous;
    return [message];
  }
  const isEventOrReply = method !== undefined || id !== undefined;
  if (isEventOrReply && methods.length > 0 && !methods.includes(method ?? '')) return [];
  const message = messageOf(envelope, own(whole ? payload : value));
  if (method !== undefined) message[envelope.type === 'event_report' ? 'event' : 'command'] = method;
  if (id !== undefined) message.id = id;
  return [message];
}

function pick(all: PlainObject, names: readonly string[], own: (value: unknown) => unknown): PlainObject {
  const picked: PlainObject = {};
  for (const name of names) picked[name] = own(all[name]);
  return picked;
}

const FLAGS = { alarm: 'alerting', online: 'online' } as const;

/** `<device>`, or `<device>/<attribute>`, which for all other messages is `<device>/<type>[/<stream>]`. */
function topicOf({ device, type, attribute, stream }: ValueMessage, form: 'device' | 'attribute'): string {
  if (form === 'device') return device;
  return stream === undefined ? `${device}/${attribute ?? type}` : `${device}/${type}/${stream}`;
}

/** Field by field: spreading the envelope would cost as much as decoding the payload (docs/performance.md). */
function messageOf(
  { topic, device, project, timestamp, qos, retain, type, name, stream }: Envelope,
  payload: unknown,
): ValueMessage {
  const message: ValueMessage = { topic, device, project, timestamp, qos, retain, type, payload };
  if (name !== undefined) message.name = name;
  if (stream !== undefined) message.stream = stream;
  return message;
}

let partsId = Date.now();

/** A message for each of the attributes `names`, with parts that let a Join node put them together again. */
function valueMessages(
  envelope: Envelope,
  names: readonly string[],
  all: Readonly<PlainObject>,
  own: (value: unknown) => unknown,
  previous: Readonly<PlainObject> | undefined,
): ValueMessage[] {
  if (names.length === 0) return [];
  partsId += 1;
  const [id, count] = [partsId.toString(16), names.length];
  return names.map((key, index) => {
    const message = messageOf(envelope, own(all[key]));
    message.attribute = key;
    message.parts = { id, type: 'object', key, index, count };
    if (previous && Object.hasOwn(previous, key)) message.previous = previous[key];
    return message;
  });
}
