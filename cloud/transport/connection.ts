import type { IConnackPacket, IDisconnectPacket, MqttClient } from 'mqtt';
import type { Connection, ConnectionEvents, ConnectionOptions, Unfinished } from './connection-api';
import { createInbound } from './inbound';
import { keepAlive } from './keepalive';
import { createOutbound } from './outbound';
import { createPacketIds } from './packet-ids';
import { clientOptions, describe, disconnect } from './packets';
import { PublishChannel } from './publish-channel';
import { PUBREL } from './publish-packets';
import { type Refusal, refusalOfCode, refusalOfDisconnect, refusalOfError } from './reason-codes';
import { openStream } from './streams';
import { isHttp, swappedPort } from './swapped-port';

const CLOSE_GRACE_MS = 500;
const ANSWER_TIMEOUT_MS = 30_000;

// Loaded with the first connection: a palette nobody uses costs no start-up time.
const mqttjs = (): typeof import('mqtt') => require('mqtt');

/** What {@link ConnectionOptions.unfinished} is at first. */
export const createUnfinished = (): Unfinished => ({ received: new Set(), sent: new Set() });

/**
 * Opens one MQTT connection over TLS. mqtt.js makes the session and subscribes; messages go past it
 * ({@link PublishChannel}). It never reconnects, resubscribes or queues: that is the client's part.
 */
export function openConnection(options: ConnectionOptions, events: ConnectionEvents): Connection {
  const { version, unfinished = createUnfinished() } = options;
  const ids = createPacketIds();
  let isOpen = true;
  let isConnected = false;
  let isPaused = false;
  let refusal: Refusal | undefined;
  let stopKeepingAlive: () => void = () => undefined;

  const socket = openStream(options.endpoint, options.tls);
  socket.once('data', (bytes: Buffer) => {
    if (isHttp(bytes)) refusal ??= swappedPort(options.endpoint, 'the server speaks HTTP');
  });
  const channel = new PublishChannel(socket, version, {
    hasRoom: (qos) => inbound.hasRoom(qos),
    onPublish: (received) => inbound.take(received),
    onAcknowledgement(type, packetId, code, reasonString) {
      if (type === PUBREL) inbound.release(packetId);
      else outbound.answered(type, packetId, code, reasonString);
    },
    onAnswer: (packetId) => outbound.checkAnswer(packetId),
    onError: refuse,
  });
  const outbound = createOutbound(channel, ids, unfinished.sent, events.onNoSubscribers);
  const inbound = createInbound({
    receiveMaximum: version === 5 ? options.receiveMaximum : Number.POSITIVE_INFINITY,
    held: unfinished.received,
    send: (type, packetId) => channel.acknowledge(type, packetId),
    onMessage(received) {
      if (isOpen) events.onMessage(received);
    },
  });
  const client: MqttClient = new (mqttjs().MqttClient)(() => channel, {
    ...clientOptions(options),
    messageIdProvider: ids,
  });

  function refuse(error: Error) {
    refusal ??= refusalOfError(error);
  }
  /** After bytes that are no MQTT, or a wrong acknowledgement, mqtt.js would go on. */
  function fail(error: Error) {
    refuse(error);
    channel.destroy();
  }
  client.on('error', (error: Error & { code?: unknown }) => {
    const code = isConnected ? undefined : error.code;
    if (typeof code === 'number') refusal ??= refusalOfCode(code, client.serverProperties);
    fail(error);
  });
  client.on('disconnect', ({ reasonCode = 0x80, properties }: IDisconnectPacket) => {
    refusal ??= refusalOfDisconnect(reasonCode, properties);
  });
  client.on('connect', (packet: IConnackPacket) => {
    if (!isOpen) return;
    if (packet.properties?.maximumPacketSize === 0) {
      refusal ??= { trouble: 'packetSize', detail: 'protocol error: the broker takes packets of 0 bytes' };
      channel.destroy();
      return;
    }
    isConnected = true;
    outbound.begin(packet.sessionPresent);
    inbound.begin(packet.sessionPresent);
    channel.begin();
    const connected = describe(packet, version, unfinished.sent.size);
    const seconds = connected.serverKeepAlive || options.keepalive;
    stopKeepingAlive = keepAlive(seconds, channel, () => fail(new Error('keepalive timeout')));
    events.onConnected(connected);
  });
  channel.once('close', () => {
    stopKeepingAlive();
    if (!isOpen) return;
    isOpen = false;
    client.end(true); // its timers
    events.onClosed(refusal ?? { trouble: 'lost', detail: 'the connection was closed' });
  });

  /** A broker that does not answer would leave us without subscriptions, and nobody would know. */
  function answer<T>(
    what: string,
    ask: (resolve: (value: T) => void, reject: (error: Error) => void) => void,
  ): Promise<T> {
    const timer = setInterval(() => {
      if (!isPaused) fail(new Error(`timeout: no ${what}`)); // it may have come, and wait to be read
    }, options.answerTimeout ?? ANSWER_TIMEOUT_MS);
    return new Promise(ask).finally(() => clearInterval(timer));
  }

  return {
    publish: outbound.publish,
    subscribe(filters, identifier, answered) {
      const asked = Object.fromEntries(filters.map(([filter, qos]) => [filter, { qos, rh: 1 } as const]));
      const properties =
        identifier === undefined ? {} : { properties: { subscriptionIdentifier: identifier } };
      return answer('SUBACK', (resolve, reject) => {
        client.subscribe(asked, { qos: 0, ...properties }, (error, _granted, packet) => {
          const codes = packet?.granted.map(Number);
          if (codes?.length !== filters.length) {
            reject(error ?? new Error('SUBACK does not fit the SUBSCRIBE'));
            return;
          }
          if (isOpen) answered?.(codes);
          resolve(codes);
        });
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
    acknowledge(received) {
      inbound.acknowledge(received);
      channel.makeRoom();
    },
    pauseReading() {
      isPaused = true;
      channel.pauseReading();
    },
    resumeReading() {
      isPaused = false;
      channel.resumeReading();
    },
    close(endSession, grace = CLOSE_GRACE_MS) {
      if (!isOpen) return Promise.resolve();
      isOpen = false;
      return new Promise((resolve) => {
        const destroy = setTimeout(() => channel.destroy(), Math.min(grace, CLOSE_GRACE_MS));
        channel.once('close', () => {
          clearTimeout(destroy);
          client.end(true);
          resolve();
        });
        // Not client.end(): that waits for the answers to SUBSCRIBE, for ever if need be.
        if (isConnected) channel.finish(disconnect(version, endSession));
        else channel.destroy();
      });
    },
  };
}
