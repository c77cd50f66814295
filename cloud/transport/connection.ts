import { performance } from 'node:perf_hooks';
import { PassThrough } from 'node:stream';
import type { IConnackPacket, IDisconnectPacket, Packet } from 'mqtt';
import type { Connection, ConnectionEvents, ConnectionOptions, Unfinished } from './connection-api';
import { createPacketIds } from './packet-ids';
import { clientOptions, describe, disconnect, puback, received } from './packets';
import { createPublisher } from './publisher';
import { REFUSED, type Refusal, refusalOfCode, refusalOfDisconnect, refusalOfError } from './reason-codes';
import { isHttp, swappedPort } from './swapped-port';
import { createWriter } from './writer';

const CLOSE_GRACE_MS = 500;
const ANSWER_TIMEOUT_MS = 30_000;
/** So long received messages are handed over before others have their turn of the event loop. */
const TURN_MS = 20;
/** mqtt.js then leaves PUBACK to us and goes on with the next packet (contract test: "deferred acknowledgement"). */
const DEFERRED = new Error('acknowledged later');

// Loaded with the first connection: a palette nobody uses costs no start-up time.
const mqttjs = (): typeof import('mqtt') => require('mqtt');

/** What {@link ConnectionOptions.unfinished} is at first. */
export function createUnfinished(): Unfinished {
  const { Store } = mqttjs();
  return { received: new Store({ clean: false }), sent: new Set() };
}

/**
 * Opens one MQTT connection over TLS, with mqtt.js as codec, socket and packet pump; only publishing and
 * acknowledging (`createWriter`) go past it.
 * It never reconnects, resubscribes or queues: that is the client's part.
 */
export function openConnection(options: ConnectionOptions, events: ConnectionEvents): Connection {
  const mqtt = mqttjs();
  const ids = createPacketIds();
  const client = mqtt.connect({ ...clientOptions(options), messageIdProvider: ids });
  const writer = createWriter(client);
  const publisher = createPublisher(writer, options.version, ids, options.unfinished?.sent);
  let state: 'open' | 'closed' = 'open';
  let refusal: Refusal | undefined;
  let acknowledgements: number[] = [];
  let turn: number | undefined;
  let pinged = performance.now();
  let reading = true;
  /** What came when reading had just been paused. */
  let unread: (() => void) | undefined;
  let keepingAlive: NodeJS.Timeout | undefined;
  const subscribing = new Map<number, (codes: readonly number[]) => void>();

  const blame = (error: Error) => {
    refusal ??= refusalOfError(error);
  };
  /** What CONNACK says and mqtt.js does not heed. */
  const meet = ({ reasonCode = 0, properties }: IConnackPacket) => {
    if (client.connected) return; // a second one, which mqtt.js does heed
    if (reasonCode >= REFUSED) refusal ??= refusalOfCode(reasonCode, properties);
    if (options.keepalive === 0 && properties?.serverKeepAlive)
      client.options.keepalive = properties.serverKeepAlive;
    if (reasonCode === 0 && properties?.maximumPacketSize === 0) {
      refusal ??= { trouble: 'packetSize', detail: 'protocol error: the broker takes packets of 0 bytes' };
      client.stream.destroy();
    }
  };
  /** After bytes that are no MQTT, or a wrong acknowledgement, mqtt.js would go on. */
  const fail = (error: Error) => {
    blame(error);
    client.stream.destroy();
  };
  client.on('error', fail);
  client.on('disconnect', (packet: IDisconnectPacket) => {
    refusal ??= refusalOfDisconnect(packet.reasonCode ?? 0x80, packet.properties);
  });
  client.on('connect', (packet) => {
    if (state !== 'open' || refusal) return;
    publisher.begin(packet.sessionPresent);
    events.onConnected(describe(packet, options.version, options.unfinished?.sent.size ?? 0));
  });
  client.on('packetreceive', (packet: Packet) => {
    if (state !== 'open') return;
    if (packet.cmd === 'connack') return meet(packet);
    const wrong = publisher.receive(packet);
    if (wrong) fail(wrong);
    if ((packet.cmd === 'puback' || packet.cmd === 'pubrec') && packet.reasonCode === 0x10) {
      events.onNoSubscribers();
    }
    if (packet.cmd === 'suback' && packet.messageId !== undefined) {
      const told = subscribing.get(packet.messageId);
      subscribing.delete(packet.messageId);
      told?.(packet.granted.map(Number));
    }
  });
  client.on('close', () => {
    if (state === 'closed') return;
    state = 'closed';
    clearInterval(keepingAlive);
    client.end(true); // its timers
    events.onClosed(refusal ?? { trouble: 'lost', detail: 'the connection was closed' });
  });
  client.handleMessage = (packet, next) => {
    const handOver = () => {
      if (state !== 'open') return; // not noted as received: the broker brings it again
      if (!reading) {
        unread = handOver; // until `next` is called mqtt.js parses no more and its stream is full
        return;
      }
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
  client.stream.prependOnceListener('data', (bytes: Buffer) => {
    if (isHttp(bytes)) refusal ??= swappedPort(options.endpoint, 'the server speaks HTTP');
  });
  // A refused WebSocket upgrade reaches nobody otherwise: mqtt.js drops stream errors that have no code.
  client.stream.on('error', blame);

  /** A flow may be slower than messages arrive: the broker is told that we live, and its PINGRESP waits its turn. */
  function beginTurn(): number {
    const now = performance.now();
    setImmediate(() => {
      turn = undefined;
    });
    if (now - pinged > client.keepalive * 500) sayAlive();
    return now;
  }

  function sayAlive() {
    if (!client.connected || client.keepalive <= 0) return;
    pinged = performance.now();
    client.sendPing();
    client.reschedulePing(true);
  }

  function flushAcknowledgements() {
    if (state === 'open') writer.write(Buffer.concat(acknowledgements.map(puback)));
    acknowledgements = [];
  }

  /** A broker that does not answer would leave us without subscriptions, and nobody would know. */
  function answer<T>(
    what: string,
    ask: (resolve: (value: T) => void, reject: (error: Error) => void) => void,
  ): Promise<T> {
    const timer = setTimeout(
      () => fail(new Error(`timeout: no ${what}`)),
      options.answerTimeout ?? ANSWER_TIMEOUT_MS,
    );
    return new Promise(ask).finally(() => clearTimeout(timer));
  }

  return {
    publish: publisher.publish,
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
        client.unsubscribe([...filters], {}, (error, packet) => {
          // MQTT 3.1.1 says no more than that it came.
          const codes = packet && 'granted' in packet ? (packet.granted as (number | string)[]) : [];
          if (error) reject(error);
          else resolve(filters.map((_, i) => Number(codes[i] ?? 0)));
        });
      }),
    acknowledge({ packetId, qos }) {
      if (qos !== 1) return;
      // Written together, and a turn of the event loop later: by then the flow has got even the last of them.
      if (acknowledgements.push(packetId) === 1) setImmediate(flushAcknowledgements);
    },
    pauseReading() {
      reading = false;
      clearInterval(keepingAlive);
      // The broker's PINGRESP is held back like all the rest.
      keepingAlive = setInterval(sayAlive, (client.keepalive || 60) * 500);
    },
    resumeReading() {
      reading = true;
      clearInterval(keepingAlive);
      const handOver = unread;
      unread = undefined; // handing over may end in another pause
      handOver?.();
    },
    close(endSession, grace = CLOSE_GRACE_MS) {
      if (state === 'closed') return Promise.resolve();
      state = 'closed';
      clearInterval(keepingAlive);
      return new Promise((resolve) => {
        const { stream } = client;
        const destroy = setTimeout(() => client.end(true), Math.min(grace, CLOSE_GRACE_MS));
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
