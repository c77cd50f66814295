import type { IClientOptions, IConnackPacket } from 'mqtt';
import type { Qos } from '../protocol/topics';
import type { ConnectionOptions, ProtocolVersion } from './connection-options';
import { MAX_PACKET_RECEIVED } from './packet-reader';

/** EMQX closes a 3.1.1 connection on a larger packet without a word (and the platform is EMQX). */
const MAX_PACKET_UNANNOUNCED = 1024 * 1024;
/** MQTT has no length field for more. */
const MAX_PACKET = 5 + 268_435_455;
/** MQTT 3.1.1 announces no receive maximum; EMQX takes 100 unfinished QoS 2 messages of a client. */
const RECEIVE_MAXIMUM_3_1_1 = 100;
/** Of 65,535 packet identifiers some are left for SUBSCRIBE. */
const WINDOW = 65_000;

/** What CONNACK says. */
export interface Connected {
  version: ProtocolVersion;
  sessionPresent: boolean;
  /** QoS 1 and 2 messages we may have unacknowledged with the broker. */
  receiveMaximum: number;
  /** Bytes. */
  maximumPacketSize: number;
  /** The highest that may be published. */
  maximumQos: Qos;
  subscriptionIdentifiers: boolean;
  /** Whether filters may begin with `$share/`. */
  sharedSubscriptions: boolean;
  /** Whether filters may hold `+`. */
  wildcardSubscriptions: boolean;
  /** Seconds; what the broker wants instead of our keepalive (MQTT 5). */
  serverKeepAlive: number | undefined;
}

/** What CONNECT says, and the settings of mqtt.js: it never reconnects, resubscribes or queues. */
export function clientOptions(options: ConnectionOptions): IClientOptions {
  const { version, clean } = options;
  return {
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
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    timerVariant: 'native',
    log: () => undefined, // with DEBUG=mqttjs* the default would print the secret
  };
}

/** What CONNACK says. `held`: the number of packet identifiers in use. */
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

/** DISCONNECT; in MQTT 5 with session expiry interval 0 when the session shall end. */
export function disconnect(version: ProtocolVersion, endSession: boolean): Buffer {
  return version === 5 && endSession ? Buffer.of(0xe0, 7, 0, 5, 0x11, 0, 0, 0, 0) : Buffer.of(0xe0, 0);
}
