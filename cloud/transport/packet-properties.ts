import { malformed, protocolError } from './packet-scanner';

export const NO_IDENTIFIERS: readonly number[] = [];

/** Properties that PUBLISH and its acknowledgements may have (MQTT 5 §2.2.2.2). */
const SUBSCRIPTION_IDENTIFIER = 0x0b;
const REASON_STRING = 0x1f;
const TOPIC_ALIAS = 0x23;
const USER_PROPERTY = 0x26;
/** Properties that are skipped: their size in bytes, or `text` for a length and that many bytes. */
const SKIPPED: Partial<Record<number, number | 'text'>> = {
  1: 1, // payload format indicator
  2: 4, // message expiry interval
  3: 'text', // content type
  8: 'text', // response topic
  9: 'text', // correlation data
};

export interface Properties {
  identifiers: readonly number[];
  reasonString: string | undefined;
  /** The index after the properties. */
  end: number;
}

/** Reads the properties at `at`, which begin with their length, in a packet that ends at `limit`. */
export function readProperties(bytes: Buffer, at: number, limit: number): Properties {
  const length = readVariableInteger(bytes, at, limit);
  let next = at + sizeOf(length);
  const end = next + length;
  if (end > limit) throw malformed('properties longer than their packet');
  const identifiers: number[] = [];
  let reasonString: string | undefined;
  while (next < end) {
    const kind = bytes[next] ?? 0;
    next += 1;
    if (kind === SUBSCRIPTION_IDENTIFIER) {
      const identifier = readVariableInteger(bytes, next, end);
      if (identifier === 0) throw protocolError('subscription identifier 0');
      next += sizeOf(identifier);
      identifiers.push(identifier);
    } else if (kind === USER_PROPERTY) {
      next = afterText(bytes, afterText(bytes, next));
    } else if (kind === REASON_STRING) {
      const from = next + 2;
      next = afterText(bytes, next);
      if (next <= end) reasonString = bytes.toString('utf8', from, next);
    } else if (kind === TOPIC_ALIAS) {
      throw protocolError('a topic alias, which nobody asked for');
    } else {
      const size = SKIPPED[kind];
      if (size === undefined) throw malformed(`property ${kind}`);
      next = size === 'text' ? afterText(bytes, next) : next + size;
    }
  }
  if (next !== end) throw malformed('a property longer than the properties');
  return { identifiers, reasonString, end };
}

const afterText = (bytes: Buffer, at: number): number => at + 2 + readUint16(bytes, at);

function readVariableInteger(bytes: Buffer, at: number, limit: number): number {
  let value = 0;
  for (let i = 0; i < 4; i += 1) {
    const byte = bytes[at + i];
    if (byte === undefined || at + i >= limit) break;
    value |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80 && (byte > 0 || i === 0)) return value; // the shortest form is the only one
  }
  throw malformed('a number of up to four bytes');
}

/** Bytes of a variable byte integer (MQTT 5 §1.5.5). */
export const sizeOf = (value: number): number =>
  value < 128 ? 1 : value < 16_384 ? 2 : value < 2_097_152 ? 3 : 4;

export const readUint16 = (bytes: Buffer, at: number): number =>
  ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
