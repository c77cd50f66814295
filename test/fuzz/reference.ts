import { generate, type IPublishPacket, type Packet, parser } from 'mqtt-packet';
import type { ProtocolVersion } from '../../cloud/transport/connection-options';

type Read = Record<string, unknown>;

export interface Reference {
  /** Messages and acknowledgements up to the end of the stream or to what is refused. */
  packets: Read[];
  /** Whether MQTT forbids the packet of this number, although mqtt-packet takes it. */
  lax: boolean[];
  refused: boolean;
}

const TYPES = ['puback', 'pubrec', 'pubrel', 'pubcomp'];
const FLAGS = [-1, 0, 0, -1, 0, 0, 2, 0, 2, 0, 2, 0, 0, 0, 0, 0];
const LIMIT = 16 * 1024 * 1024;
/** Properties of PUBLISH and of acknowledgements: ours does not tell them apart. */
const ALLOWED = [
  'payloadFormatIndicator',
  'messageExpiryInterval',
  'contentType',
  'responseTopic',
  'correlationData',
  'subscriptionIdentifier',
  'userProperties',
  'reasonString',
];

/** What mqtt-packet reads, packet by packet: in one stream, a broken packet would make it read on in the next. */
export function readTheirs(stream: Buffer, version: ProtocolVersion): Reference {
  const found: Reference = { packets: [], lax: [], refused: false };
  for (let at = 0; at < stream.length; ) {
    const end = packetEnd(stream, at);
    if (end === 'refused') return { ...found, refused: true };
    if (end === 'unfinished') return found;
    const bytes = stream.subarray(at, end);
    at = end;
    const type = (bytes[0] ?? 0) >> 4;
    if (type < 3 || type > 7) continue;
    const packet = parse(bytes, version) ?? unknownCode(bytes, version);
    if (!packet) return { ...found, refused: true };
    found.packets.push(readOf(packet, bytes));
    found.lax.push(isLax(packet, bytes, version));
  }
  return found;
}

function packetEnd(stream: Buffer, start: number): number | 'refused' | 'unfinished' {
  const first = stream[start] ?? 0;
  const type = first >> 4;
  if (type === 3 ? ((first >> 1) & 3) === 3 : FLAGS[type] !== (first & 15)) return 'refused';
  let length = 0;
  for (let i = 0; i < 4; i += 1) {
    const byte = stream[start + 1 + i];
    if (byte === undefined) return 'unfinished';
    length += (byte & 127) * 128 ** i;
    if (byte >= 128) continue;
    const end = start + 2 + i + length;
    if (end - start > LIMIT) return 'refused';
    return end <= stream.length ? end : 'unfinished';
  }
  return 'refused';
}

function parse(bytes: Buffer, protocolVersion: ProtocolVersion): Packet | undefined {
  const packets: Packet[] = [];
  let failed = false;
  const reader = parser({ protocolVersion });
  reader.on('packet', (packet) => packets.push(packet));
  reader.on('error', () => {
    failed = true;
  });
  try {
    reader.parse(bytes);
  } catch {
    failed = true; // it reads beyond the end of what it has
  }
  return failed ? undefined : packets[0];
}

/** Ours takes every reason code; mqtt-packet those that it knows: it is asked with one of these in its place. */
function unknownCode(bytes: Buffer, version: ProtocolVersion): Packet | undefined {
  const at = bodyOf(bytes) + 2;
  if ((bytes[0] ?? 0) >> 4 === 3 || version !== 5 || bytes[at] === undefined) return undefined;
  const known = Buffer.from(bytes);
  known[at] = 0;
  const packet = parse(known, version);
  return packet && ({ ...packet, reasonCode: bytes[at] } as Packet);
}

function bodyOf(bytes: Buffer): number {
  let body = 2;
  while ((bytes[body - 1] ?? 0) >= 128) body += 1;
  return body;
}

function readOf(packet: Packet, bytes: Buffer): Read {
  if (packet.cmd !== 'publish') {
    const code = 'reasonCode' in packet ? (packet.reasonCode ?? 0) : 0;
    return { type: 4 + TYPES.indexOf(packet.cmd), packetId: packet.messageId, code };
  }
  const body = bodyOf(bytes);
  const name = bytes.subarray(body + 2, body + 2 + bytes.readUInt16BE(body));
  const identifier = packet.properties?.subscriptionIdentifier ?? [];
  return {
    topic: Buffer.from(packet.topic).equals(name) ? packet.topic : '', // no UTF-8
    qos: packet.qos,
    retain: packet.retain,
    identifiers: [identifier].flat(),
    packetId: packet.messageId ?? 0,
    payload: Buffer.from(packet.payload).toString('hex'),
  };
}

function isLax(packet: Packet, bytes: Buffer, protocolVersion: ProtocolVersion): boolean {
  const { properties = {} } = packet as IPublishPacket;
  if (Object.keys(properties).some((name) => !ALLOWED.includes(name))) return true;
  if ([properties.subscriptionIdentifier ?? []].flat().includes(0)) return true;
  if (packet.cmd === 'publish' && packet.qos > 0 && packet.messageId === 0) return true;
  return !isWellFormed(packet, bytes, protocolVersion);
}

/** Whether the same bytes come out when it is written again, but for the order of properties. */
function isWellFormed(packet: Packet, bytes: Buffer, protocolVersion: ProtocolVersion): boolean {
  try {
    const again = generate(packet as IPublishPacket, { protocolVersion });
    return Buffer.compare(again.sort(), Buffer.from(bytes).sort()) === 0;
  } catch {
    return false;
  }
}
