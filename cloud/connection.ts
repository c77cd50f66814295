import { performance } from 'node:perf_hooks';
import { PassThrough } from 'node:stream';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { IClientOptions, IConnackPacket, IDisconnectPacket, IPublishPacket, Packet } from 'mqtt';
import { type Endpoint, formatEndpoint } from './endpoint';
import type { Qos } from './filters';
import { type Refusal, refusalOfCode, refusalOfError } from './refusals';

/** MQTT 3.1.1 or 5, as in CONNECT. */
export type ProtocolVersion = 4 | 5;

export interface ConnectionOptions {
  endpoint: Endpoint;
  /** Project key and secret. */
  username: string;
  password: string;
  /** CA, client certificate, server name …, as Node's `tls` takes them. */
  tls: TlsOptions;
  version: ProtocolVersion;
  clientId: string;
  /** Start without the state of an earlier session. */
  clean: boolean;
  /** Seconds the broker keeps the session after the connection ends (MQTT 5). */
  sessionExpiry: number;
  /** Seconds. */
  keepalive: number;
  /** Milliseconds until CONNACK. */
  connectTimeout: number;
  /** Milliseconds until SUBACK or UNSUBACK, then the connection ends; 30 s by default. */
  answerTimeout?: number;
  /** QoS 1 and 2 messages the broker may have unacknowledged with us (MQTT 5). */
  receiveMaximum: number;
  /** Half-received QoS 2 messages of the session: pass the same one on every reconnection of a session. */
  unfinished?: Unfinished;
}
export type Unfinished = NonNullable<IClientOptions['incomingStore']>;

/** What CONNACK said. */
export interface Connected {
  version: ProtocolVersion;
  sessionPresent: boolean;
  /** QoS 1 and 2 messages we may have unacknowledged with the broker. */
  receiveMaximum: number;
  /** Bytes. */
  maximumPacketSize: number;
  subscriptionIdentifiers: boolean;
}

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

/** Each is called on one connection only, never after `onClosed`; `onClosed` comes exactly once. */
export interface ConnectionEvents {
  onConnected(connected: Connected): void;
  onMessage(received: Received): void;
  /** The broker took a message that nobody subscribes to (PUBACK 0x10). */
  onNoSubscribers(): void;
  onClosed(refusal: Refusal): void;
}

export interface Connection {
  /** `settled` gets the broker's answer; it is never called when the connection ends before. */
  publish(topic: string, payload: Buffer, qos: Qos, settled: (refused?: number) => void): void;
  /**
   * Resolves with the broker's answer for each filter, in order: granted QoS or a reason code from 0x80.
   * `answered` gets the same before any message that follows it, which a promise cannot promise.
   */
  subscribe(
    filters: readonly [string, Qos][],
    identifier?: number,
    answered?: (codes: readonly number[]) => void,
  ): Promise<readonly number[]>;
  unsubscribe(filters: readonly string[]): Promise<void>;
  /** Tells the broker that a QoS 1 message has been dealt with. */
  acknowledge(received: Received): void;
  /** DISCONNECT, then the socket is destroyed within half a second. `endSession`: the broker forgets us. */
  close(endSession: boolean): Promise<void>;
}

/** EMQX closes a 3.1.1 connection on a larger packet without a word (and the platform is EMQX). */
const MAX_PACKET_UNANNOUNCED = 1024 * 1024;
/** MQTT 3.1.1 announces no receive maximum; EMQX takes 100 unfinished QoS 2 messages of a client. */
const RECEIVE_MAXIMUM_3_1_1 = 100;
/** A broker keeps larger packets to itself (MQTT 5): 100 of the largest may come at once. EMQX's own limit is 1 MB. */
const MAX_PACKET_RECEIVED = 16 * 1024 * 1024;
const CLOSE_GRACE_MS = 500;
const ANSWER_TIMEOUT_MS = 30_000;
/** So long received messages are handed over before others have their turn of the event loop. */
const TURN_MS = 20;
/** mqtt.js then leaves PUBACK to us and goes on with the next packet (contract test: "deferred acknowledgement"). */
const DEFERRED = new Error('acknowledged later');

// Loaded with the first connection: a palette nobody uses costs no start-up time.
const mqttjs = (): typeof import('mqtt') => require('mqtt');

/** An empty store for {@link ConnectionOptions.unfinished} that outlives a connection. */
export function createUnfinished(): Unfinished {
  const { Store } = mqttjs();
  return new Store({ clean: false });
}

/**
 * Opens one MQTT connection over TLS; the only place that knows mqtt.js, as codec, socket and packet pump.
 * It never reconnects, resubscribes or queues: that is the client's part.
 */
export function openConnection(options: ConnectionOptions, events: ConnectionEvents): Connection {
  const mqtt = mqttjs();
  const client = mqtt.connect(clientOptions(mqtt, options));
  let state: 'open' | 'closed' = 'open';
  let refusal: Refusal | undefined;
  let acknowledgements: number[] = [];
  let turn: number | undefined;
  let pinged = performance.now();
  let gathering = false;
  const subscribing = new Map<number, (codes: readonly number[]) => void>();

  const blame = (error: Error) => {
    refusal ??= refusalOfError(error);
  };
  client.on('error', (error) => {
    blame(error);
    client.stream.destroy(); // after bytes that are no MQTT, or a wrong acknowledgement, mqtt.js would go on
  });
  client.on('disconnect', (packet: IDisconnectPacket) => {
    refusal ??= refusalOfCode(packet.reasonCode ?? 0x80);
  });
  client.on('connect', (packet) => {
    if (state === 'open') events.onConnected(describe(packet, options.version));
  });
  client.on('packetreceive', (packet: Packet) => {
    if (packet.cmd === 'puback' && packet.reasonCode === 0x10) events.onNoSubscribers();
    if (packet.cmd === 'suback' && packet.messageId !== undefined) {
      const told = subscribing.get(packet.messageId);
      subscribing.delete(packet.messageId);
      told?.(packet.granted.map(Number));
    }
  });
  client.on('close', () => {
    if (state === 'closed') return;
    state = 'closed';
    client.end(true); // its timers
    events.onClosed(refusal ?? { trouble: 'lost', detail: 'the connection was closed' });
  });
  client.handleMessage = (packet, next) => {
    const handOver = () => {
      if (state !== 'open') return; // not noted as received: the broker brings it again
      turn ??= beginTurn();
      events.onMessage(received(packet));
      next(packet.qos === 1 ? DEFERRED : undefined);
    };
    if (turn === undefined || performance.now() - turn < TURN_MS) handOver();
    else setImmediate(handOver);
  };
  try {
    client.connect();
  } catch (error) {
    // TLS options that Node cannot read: a refusal like any other.
    blame(error instanceof Error ? error : new Error(String(error)));
    client.stream = new PassThrough();
    setImmediate(() => client.emit('close'));
  }
  // A refused WebSocket upgrade reaches nobody otherwise: mqtt.js drops stream errors that have no code.
  client.stream.on('error', blame);
  client.stream.setMaxListeners(0); // while the broker reads nothing, each QoS 0 message waits for 'drain'

  /** A flow may be slower than messages arrive: the broker is told that we live, and its PINGRESP waits its turn. */
  function beginTurn(): number {
    const now = performance.now();
    setImmediate(() => {
      turn = undefined;
    });
    if (client.connected && client.keepalive > 0 && now - pinged > client.keepalive * 500) {
      pinged = now;
      client.sendPing();
      client.reschedulePing(true);
    }
    return now;
  }

  /** What is published in one turn of the event loop leaves in one write: TLS makes a record of each. */
  function gatherWrites() {
    if (gathering) return;
    gathering = true;
    const { stream } = client;
    stream.cork();
    setImmediate(() => {
      gathering = false;
      stream.uncork();
    });
  }

  function flushAcknowledgements() {
    if (state === 'open') client.stream.write(Buffer.concat(acknowledgements.map(puback)));
    acknowledgements = [];
  }

  /** A broker that does not answer would leave us without subscriptions, and nobody would know. */
  function answer<T>(
    what: string,
    ask: (resolve: (value: T) => void, reject: (error: Error) => void) => void,
  ): Promise<T> {
    const timer = setTimeout(() => {
      blame(new Error(`timeout: no ${what}`));
      client.stream.destroy();
    }, options.answerTimeout ?? ANSWER_TIMEOUT_MS);
    return new Promise(ask).finally(() => clearTimeout(timer));
  }

  return {
    publish(topic, payload, qos, settled) {
      gatherWrites();
      client.publish(topic, payload, { qos }, (error?: Error & { code?: number | string }) => {
        if (state === 'closed') return;
        if (!error) settled();
        else if (typeof error.code === 'number') settled(error.code);
      });
    },
    subscribe(filters, identifier, answered) {
      const asked = Object.fromEntries(filters.map(([filter, qos]) => [filter, { qos, rh: 1 } as const]));
      const properties =
        identifier === undefined ? {} : { properties: { subscriptionIdentifier: identifier } };
      return answer('SUBACK', (resolve, reject) => {
        client.subscribe(asked, { qos: 0, ...properties }, (error, _granted, packet) => {
          const codes = packet?.granted.map(Number);
          if (codes?.length === filters.length) resolve(codes);
          else reject(error ?? new Error('SUBACK does not fit the SUBSCRIBE'));
        });
        if (answered) subscribing.set(client.getLastMessageId(), answered);
      });
    },
    unsubscribe: (filters) =>
      answer('UNSUBACK', (resolve, reject) => {
        client.unsubscribe([...filters], {}, (error) => (error ? reject(error) : resolve()));
      }),
    acknowledge({ packetId, qos }) {
      if (qos !== 1) return;
      // One write for all that were dealt with in this turn of the event loop, after the flow had its turn too.
      if (acknowledgements.push(packetId) === 1) setImmediate(flushAcknowledgements);
    },
    close(endSession) {
      if (state === 'closed') return Promise.resolve();
      state = 'closed';
      return new Promise((resolve) => {
        const { stream } = client;
        const destroy = setTimeout(() => client.end(true), CLOSE_GRACE_MS);
        stream.once('close', () => {
          clearTimeout(destroy);
          client.end(true);
          resolve();
        });
        if (client.connected) {
          if (acknowledgements.length > 0) stream.write(Buffer.concat(acknowledgements.map(puback)));
          // Not client.end(): that waits for unacknowledged messages, for ever if need be.
          stream.end(disconnect(options.version, endSession));
        } else {
          client.end(true);
        }
      });
    },
  };
}

function clientOptions(mqtt: typeof import('mqtt'), options: ConnectionOptions): IClientOptions {
  const { endpoint, tls, version, clean } = options;
  const secure: TlsOptions = { ...tls, minVersion: tls.minVersion ?? 'TLSv1.2' };
  return {
    ...(secure as IClientOptions),
    protocol: endpoint.protocol,
    host: endpoint.host,
    port: endpoint.port,
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
    ...(options.unfinished && { incomingStore: options.unfinished }),
    manualConnect: true,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    messageIdProvider: new mqtt.UniqueMessageIdProvider(),
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

function describe(packet: IConnackPacket, version: ProtocolVersion): Connected {
  const { properties } = packet;
  return {
    version,
    sessionPresent: packet.sessionPresent,
    receiveMaximum: version === 5 ? (properties?.receiveMaximum ?? 65_535) : RECEIVE_MAXIMUM_3_1_1,
    maximumPacketSize: properties?.maximumPacketSize ?? MAX_PACKET_UNANNOUNCED,
    subscriptionIdentifiers: version === 5 && properties?.subscriptionIdentifiersAvailable !== false,
  };
}

function received(packet: IPublishPacket): Received {
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
const puback = (packetId: number) => Buffer.of(0x40, 2, packetId >> 8, packetId & 0xff);

/** DISCONNECT; in MQTT 5 with session expiry interval 0 when the session shall end. */
function disconnect(version: ProtocolVersion, endSession: boolean): Buffer {
  return version === 5 && endSession ? Buffer.of(0xe0, 7, 0, 5, 0x11, 0, 0, 0, 0) : Buffer.of(0xe0, 0);
}
