import { isUtf8 } from 'node:buffer';
import type { Qos } from '../protocol/topics';
import type { ProtocolVersion } from './connection-options';
import { NO_IDENTIFIERS, readProperties, readUint16, sizeOf } from './packet-properties';
import { malformed, protocolError } from './packet-scanner';

/** Packet types, MQTT 5 §2.1.2. */
export const PUBLISH = 3;
export const PUBACK = 4;
export const PUBREC = 5;
export const PUBREL = 6;
export const PUBCOMP = 7;
export type Acknowledgement = typeof PUBACK | typeof PUBREC | typeof PUBREL | typeof PUBCOMP;

/** A received PUBLISH. */
export interface Received {
  topic: string;
  payload: Buffer;
  qos: Qos;
  retain: boolean;
  /** Subscription identifiers of the filters this copy came by (MQTT 5). */
  identifiers: readonly number[];
  /** To be passed to {@link Connection.acknowledge}. */
  packetId: number;
}

/** A message on its way to the broker. */
export interface Outgoing {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: Qos;
  /** Seconds after which the broker shall drop it instead of delivering it (MQTT 5 §3.3.2.3.3). */
  readonly expiry?: number | undefined;
}

const MESSAGE_EXPIRY = 0x02;
/** Bytes of the message expiry interval among the properties. */
const EXPIRY_SIZE = 5;

/** The "remaining length" of a PUBLISH: the bytes after the fixed header. */
export const publishLength = (
  { topic, payload, qos, expiry }: Outgoing,
  version: ProtocolVersion,
): number => {
  const properties = version === 5 ? 1 + (expiry === undefined ? 0 : EXPIRY_SIZE) : 0;
  return 2 + Buffer.byteLength(topic) + (qos > 0 ? 2 : 0) + properties + payload.length;
};

/** The size in bytes of a packet with this remaining length. */
export const packetSize = (length: number): number => 1 + sizeOf(length) + length;

/** The size of a PUBLISH in bytes; by default in MQTT 5, which has properties besides. */
export const publishSize = (message: Outgoing, version: ProtocolVersion = 5): number =>
  packetSize(publishLength(message, version));

/** Writes a PUBLISH (MQTT 5 §3.3) at `at`, where {@link publishSize} bytes are free. */
export function writePublish(
  target: Buffer,
  at: number,
  version: ProtocolVersion,
  { topic, payload, qos, expiry }: Outgoing,
  packetId: number,
  length: number,
): void {
  target[at] = (PUBLISH << 4) | (qos << 1);
  let next = at + 1;
  let rest = length;
  for (; rest > 127; rest >>>= 7) {
    target[next] = (rest & 0x7f) | 0x80;
    next += 1;
  }
  target[next] = rest;
  const topicAt = next + 3;
  next = topicAt + target.write(topic, topicAt);
  target.writeUInt16BE(next - topicAt, topicAt - 2);
  if (qos > 0) next = target.writeUInt16BE(packetId, next);
  if (version === 5 && expiry === undefined) {
    next = target.writeUInt8(0, next);
  } else if (version === 5) {
    next = target.writeUInt8(EXPIRY_SIZE, next);
    next = target.writeUInt8(MESSAGE_EXPIRY, next);
    next = target.writeUInt32BE(expiry ?? 0, next);
  }
  payload.copy(target, next);
}

/** Writes a successful PUBACK, PUBREC, PUBREL or PUBCOMP: the same four bytes in MQTT 3.1.1 and 5. */
export function writeAcknowledgement(
  target: Buffer,
  at: number,
  type: Acknowledgement,
  packetId: number,
): void {
  target[at] = (type << 4) | (type === PUBREL ? 2 : 0);
  target[at + 1] = 2;
  target[at + 2] = packetId >> 8;
  target[at + 3] = packetId & 0xff;
}
export const ACKNOWLEDGEMENT_SIZE = 4;

/** Reads a PUBLISH whose variable header and payload are `bytes` from `at` to `end`. The payload is not copied. */
export function readPublish(
  bytes: Buffer,
  at: number,
  end: number,
  flags: number,
  version: ProtocolVersion,
): Received {
  const qos = ((flags >> 1) & 3) as Qos;
  const topicAt = at + 2;
  let next = topicAt + readUint16(bytes, at);
  if (next > end) throw malformed('a topic longer than its PUBLISH');
  const topic = readTopic(bytes, topicAt, next);
  let packetId = 0;
  if (qos > 0) {
    if (next + 2 > end) throw malformed('PUBLISH without its packet identifier');
    packetId = readUint16(bytes, next);
    if (packetId === 0) throw protocolError('packet identifier 0');
    next += 2;
  }
  let identifiers = NO_IDENTIFIERS;
  if (version === 5 && next < end && bytes[next] === 0) {
    next += 1;
  } else if (version === 5) {
    const properties = readProperties(bytes, next, end);
    identifiers = properties.identifiers;
    next = properties.end;
  }
  return {
    topic,
    payload: bytes.subarray(next, end),
    qos,
    retain: (flags & 1) === 1,
    identifiers,
    packetId,
  };
}

/**
 * A topic that is not UTF-8 is read as empty, so it is ignored. With replacement characters it might look like the
 * topic of another device.
 */
function readTopic(bytes: Buffer, from: number, to: number): string {
  const topic = bytes.toString('utf8', from, to);
  return topic.includes('\ufffd') && !isUtf8(bytes.subarray(from, to)) ? '' : topic;
}

/** Reads PUBACK, PUBREC, PUBREL or PUBCOMP: in MQTT 3.1.1 it has only the identifier. */
export function readAcknowledgement(
  bytes: Buffer,
  at: number,
  end: number,
  version: ProtocolVersion,
): { packetId: number; code: number; reasonString: string | undefined } {
  if (end - at < 2) throw malformed('an acknowledgement without packet identifier');
  const packetId = readUint16(bytes, at);
  if (version !== 5 || end - at === 2) return { packetId, code: 0, reasonString: undefined };
  const reasonString = end - at === 3 ? undefined : readProperties(bytes, at + 3, end).reasonString;
  return { packetId, code: bytes[at + 2] ?? 0, reasonString };
}
