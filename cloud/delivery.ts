import { EztError } from './errors';
import type { Qos } from './filters';
import { clonePayload, Malformed } from './json';
import { type DataFormat, MESSAGES, type Payloads } from './messages';
import type { Interest } from './routing';
import type { Channel, Topic } from './topics';

export type Envelope = {
  /** MQTT topic. */
  topic: string;
  /** Device username. */
  device: string;
  /** Time of receipt, milliseconds since the epoch. */
  timestamp: number;
  qos: Qos;
  retain: boolean;
};

/** A received message as `ezt-in` sends it with the output `message`. */
export type DeviceMessage = Envelope &
  (
    | { type: 'attributes'; payload: Payloads['attributes'] }
    | { type: 'event_report'; payload: Payloads['event_report']; method: string }
    | { type: 'command_reply'; payload: Payloads['command_reply']; method: string; id: string | number }
    | { type: 'data'; payload: Payloads['data']; stream: string }
    | { type: 'alarm'; payload: Payloads['alarm'] }
    | { type: 'online'; payload: Payloads['online'] }
  );

/** Lets a Join node rebuild the object of attributes. */
export type Parts = {
  id: string;
  type: 'object';
  key: string;
  index: number;
  count: number;
};

/** A received message as `ezt-in` sends it with the output `value`. */
export type ValueMessage = Envelope & {
  type: Channel;
  payload: unknown;
  stream?: string;
  method?: string;
  id?: string | number;
  /** On `attributes`: the attribute whose value the payload is. */
  attribute?: string;
  parts?: Parts;
};

/** What a received message that cannot be typed leaves behind. */
export type RawMessage = Envelope & {
  type: Channel;
  payload: Buffer;
  stream?: string;
};

/** Takes the messages of an {@link Interest}, in the form it asks for. */
export interface Receiver {
  /** Only these attributes; empty = all. */
  readonly attributes: readonly string[];
  /** Only these methods of events and command replies; empty = all. */
  readonly methods: readonly string[];
  readonly dataFormat: DataFormat;
  readonly output: 'message' | 'value';
  /** A {@link DeviceMessage} or a {@link ValueMessage}, by `output`. */
  onMessage(message: ValueMessage): void;
  /** `error` is `EZT_MALFORMED`. */
  onMalformed(error: EztError, raw: RawMessage): void;
}

/** An interest alone, e.g. in command replies, or one with somebody who takes the messages. */
export interface Listener extends Interest {
  readonly receiver?: Receiver;
}

export interface Delivery {
  /** Messages handed to receivers. */
  delivered: number;
  /** Whether the payload was malformed in a form that a receiver asked for. */
  malformed: boolean;
  /** The payload, decoded for whoever asked; `undefined` when nobody did. */
  payload: unknown;
  /** What receivers threw; the others got theirs all the same. */
  errors: unknown[];
}

/** A typed payload that knows its channel. */
type Decoded = { [C in Channel]: { channel: C; payload: Payloads[C] } }[Channel];

/**
 * Hands one received message to `receivers`, each with a message of its own: flows change what they get.
 * The bytes are decoded once per form that is asked for, and not at all when nobody is there.
 */
export function deliver(
  envelope: Envelope,
  topic: Topic,
  bytes: Buffer,
  receivers: readonly Receiver[],
): Delivery {
  const forms = new Map<DataFormat, Decoded | EztError>();
  const delivery: Delivery = { delivered: 0, malformed: false, payload: undefined, errors: [] };
  const hand = (receiver: Receiver, isLast: boolean) => {
    // Only `data` has formats.
    const format = topic.channel === 'data' ? receiver.dataFormat : 'json';
    let decoded = forms.get(format);
    if (!decoded) {
      decoded = decode(topic.channel, bytes, format);
      forms.set(format, decoded);
    }
    if (decoded instanceof EztError) {
      delivery.malformed = true;
      receiver.onMalformed(decoded, { ...envelope, ...about(topic), payload: Buffer.from(bytes) });
      return;
    }
    delivery.payload = decoded.payload;
    // The last may have the original: a flow that runs at once must not change what others are still to get.
    const own = isLast ? (value: unknown) => value : clonePayload;
    for (const message of shape(decoded, receiver, own, { ...envelope, ...about(topic) })) {
      receiver.onMessage(message);
      delivery.delivered += 1;
    }
  };
  receivers.forEach((receiver, i) => {
    try {
      hand(receiver, i === receivers.length - 1);
    } catch (error) {
      delivery.errors.push(error);
    }
  });
  return delivery;
}

function decode(channel: Channel, bytes: Buffer, format: DataFormat): Decoded | EztError {
  try {
    return { channel, payload: MESSAGES[channel].decode(bytes, format) } as Decoded;
  } catch (error) {
    if (error instanceof Malformed) return new EztError('malformed', { channel, what: error.message });
    throw error;
  }
}

const about = ({ channel: type, stream }: Topic) => (stream === undefined ? { type } : { type, stream });

/** The messages that `receiver` gets of one payload: none when a filter of its says so. */
function shape(
  decoded: Decoded,
  { attributes, methods, output }: Receiver,
  own: (value: unknown) => unknown,
  base: Omit<ValueMessage, 'payload'>,
): ValueMessage[] {
  const whole = output === 'message';
  switch (decoded.channel) {
    case 'attributes': {
      const all = decoded.payload;
      const names =
        attributes.length === 0 ? Object.keys(all) : attributes.filter((name) => Object.hasOwn(all, name));
      if (!whole)
        return names.map((name, index) => valueMessage(base, own(all[name]), name, index, names.length));
      if (attributes.length === 0) return [{ ...base, payload: own(all) }];
      if (names.length === 0) return [];
      return [{ ...base, payload: Object.fromEntries(names.map((name) => [name, own(all[name])])) }];
    }
    case 'event_report':
    case 'command_reply': {
      const { payload: event } = decoded;
      const { method } = event;
      if (methods.length > 0 && !methods.includes(method)) return [];
      const id = decoded.channel === 'command_reply' ? { id: decoded.payload.id } : {};
      return [{ ...base, method, ...id, payload: own(whole ? event : event.params) }];
    }
    case 'alarm':
      return [{ ...base, payload: whole ? own(decoded.payload) : decoded.payload.alerting }];
    case 'online':
      return [{ ...base, payload: whole ? own(decoded.payload) : decoded.payload.online }];
    case 'data':
      return [{ ...base, payload: own(decoded.payload) }];
  }
}

let partsId = Date.now();

function valueMessage(
  base: Omit<ValueMessage, 'payload'>,
  payload: unknown,
  key: string,
  index: number,
  count: number,
): ValueMessage {
  if (index === 0) partsId += 1;
  const parts: Parts = { id: partsId.toString(16), type: 'object', key, index, count };
  return { ...base, payload, attribute: key, parts };
}
