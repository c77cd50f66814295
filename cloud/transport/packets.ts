import type { IClientOptions, IConnackPacket, IPublishPacket } from 'mqtt';
import { formatEndpoint } from '../protocol/endpoint';
import type { Qos } from '../protocol/topics';
import type { Connected, ConnectionOptions, ProtocolVersion, Received } from './connection-api';
import { tlsConnectOptions } from './tls-options';

/** A message on its way to the broker. */
export interface Outgoing {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: Qos;
}

/** EMQX closes a 3.1.1 connection on a larger packet without a word (and the platform is EMQX). */
const MAX_PACKET_UNANNOUNCED = 1024 * 1024;
/** MQTT has no length field for more. */
const MAX_PACKET = 5 + 268_435_455;
/** MQTT 3.1.1 announces no receive maximum; EMQX takes 100 unfinished QoS 2 messages of a client. */
const RECEIVE_MAXIMUM_3_1_1 = 100;
/** Of 65,535 packet identifiers some are left for SUBSCRIBE. */
const WINDOW = 65_000;
/** A broker keeps larger packets to itself (MQTT 5): 100 of the largest may come at once. EMQX's own limit is 1 MB. */
const MAX_PACKET_RECEIVED = 16 * 1024 * 1024;

/** CONNECT, and how mqtt.js shall behave. */
export function clientOptions(options: ConnectionOptions): IClientOptions {
  const { endpoint, version, clean } = options;
  const secure = tlsConnectOptions(endpoint, options.tls);
  return {
    ...(secure as IClientOptions),
    protocol: endpoint.protocol,
    path: endpoint.path,
    transformWsUrl: () => formatEndpoint(endpoint), // mqtt.js would leave an IPv6 address without its brackets
    // mqtt.js hands only some TLS options on to a WebSocket.
    wsOptions: { ...secure, perMessageDeflate: false },
    protocolId: 'MQTT',
    protocolVersion: version,
    clientId: options.clientId,
    username: options.username,
    password: Buffer.from(options.password), // text would be printed by mqtt-packet with DEBUG=*
    clean,
    keepalive: options.keepalive,
    connectTimeout: options.connectTimeout,
    ...(version === 5 && {
      properties: {
        receiveMaximum: options.receiveMaximum,
        maximumPacketSize: MAX_PACKET_RECEIVED,
        ...(!clean && { sessionExpiryInterval: options.sessionExpiry }),
      },
    }),
    ...(options.unfinished && { incomingStore: options.unfinished.received }),
    manualConnect: true,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    timerVariant: PATIENT_TIMER,
    reschedulePings: false, // a PINGREQ each keepalive is cheaper than a timer set anew for each PUBACK
    log: () => undefined, // with DEBUG=mqttjs* the default would print the secret
  };
}

/** After the event loop was blocked timers come before sockets: what the broker sent meanwhile shall count first. */
const PATIENT_TIMER = {
  set: (callback: () => void, ms: number): number => Number(setInterval(() => setImmediate(callback), ms)),
  clear: (timer: number) => clearInterval(timer),
};

/** CONNACK; `held`: packet identifiers that are taken already. */
export function describe(packet: IConnackPacket, version: ProtocolVersion, held: number): Connected {
  const { properties } = packet;
  return {
    version,
    sessionPresent: packet.sessionPresent,
    receiveMaximum:
      version === 5
        ? Math.max(1, Math.min(properties?.receiveMaximum ?? 65_535, WINDOW - held))
        : RECEIVE_MAXIMUM_3_1_1,
    maximumPacketSize: Math.min(properties?.maximumPacketSize ?? MAX_PACKET_UNANNOUNCED, MAX_PACKET),
    maximumQos: properties?.maximumQoS === 0 ? 0 : properties?.maximumQoS === 1 ? 1 : 2,
    subscriptionIdentifiers: version === 5 && properties?.subscriptionIdentifiersAvailable !== false,
    sharedSubscriptions: properties?.sharedSubscriptionAvailable !== false,
    wildcardSubscriptions: properties?.wildcardSubscriptionAvailable !== false,
    serverKeepAlive: properties?.serverKeepAlive,
  };
}

/** PUBLISH. */
export function received(packet: IPublishPacket): Received {
  const identifier = packet.properties?.subscriptionIdentifier;
  return {
    topic: packet.topic,
    payload: typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload,
    qos: packet.qos,
    retain: packet.retain,
    identifiers: identifier === undefined ? [] : typeof identifier === 'number' ? [identifier] : identifier,
    packetId: packet.messageId ?? 0,
  };
}

/** PUBACK, the same bytes in MQTT 3.1.1 and 5 (success). */
export const puback = (packetId: number) => Buffer.of(0x40, 2, packetId >> 8, packetId & 0xff);

/** DISCONNECT; in MQTT 5 with session expiry interval 0 when the session shall end. */
export function disconnect(version: ProtocolVersion, endSession: boolean): Buffer {
  return version === 5 && endSession ? Buffer.of(0xe0, 7, 0, 5, 0x11, 0, 0, 0, 0) : Buffer.of(0xe0, 0);
}

/** PUBLISH (MQTT 5 §3.3, without properties), in one piece. */
export function encodePublish(version: ProtocolVersion, message: Outgoing, packetId: number): Buffer {
  const { topic, payload, qos } = message;
  const length = publishLength(message, version);
  const bytes = Buffer.allocUnsafe(packetSize(length));
  let at = bytes.writeUInt8(0x30 | (qos << 1), 0);
  let rest = length;
  for (; rest > 127; rest >>>= 7) at = bytes.writeUInt8((rest & 0x7f) | 0x80, at);
  at = bytes.writeUInt8(rest, at);
  const topicAt = at + 2;
  at = topicAt + bytes.write(topic, topicAt);
  bytes.writeUInt16BE(at - topicAt, topicAt - 2);
  if (qos > 0) at = bytes.writeUInt16BE(packetId, at);
  if (version === 5) at = bytes.writeUInt8(0, at);
  payload.copy(bytes, at);
  return bytes;
}

/** Bytes of the whole packet; of MQTT 5 if no version is named, which is a byte more. */
export const publishSize = (message: Outgoing, version: ProtocolVersion = 5): number =>
  packetSize(publishLength(message, version));

const packetSize = (length: number): number =>
  1 + (length < 128 ? 1 : length < 16_384 ? 2 : length < 2_097_152 ? 3 : 4) + length;

/** The "remaining length": what follows the fixed header. */
const publishLength = ({ topic, payload, qos }: Outgoing, version: ProtocolVersion): number =>
  2 + Buffer.byteLength(topic) + (qos > 0 ? 2 : 0) + (version === 5 ? 1 : 0) + payload.length;

/** PUBREL. */
export const pubrel = (packetId: number) => Buffer.of(0x62, 2, packetId >> 8, packetId & 0xff);
