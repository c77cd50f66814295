import type { IConnackPacket, IDisconnectPacket, MqttClient } from 'mqtt';
import type { Qos } from '../protocol/topics';
import { wordsWithout } from './broker-words';
import { type ConnectionOptions, createUnfinished } from './connection-options';
import { createInbound } from './inbound';
import { keepAlive } from './keepalive';
import { createOutbound } from './outbound';
import { createPacketIds } from './packet-ids';
import { type Connected, clientOptions, describe, disconnect } from './packets';
import { PublishChannel } from './publish-channel';
import { PUBREL, type Received } from './publish-packets';
import { type Refusal, refusalOfCode, refusalOfDisconnect, refusalOfError } from './reason-codes';
import { openStream } from './streams';
import { createSubscribeRequests } from './subscribe-requests';
import { isHttp, swappedPort } from './swapped-port';

const CLOSE_GRACE_MS = 500;
const ANSWER_TIMEOUT_MS = 30_000;

// Loaded with the first connection, so that a palette that is not used costs no start-up time.
const mqttjs = (): typeof import('mqtt') => require('mqtt');

/** `onClosed` is called exactly once, and nothing after it. */
export interface ConnectionEvents {
  onConnected(connected: Connected): void;
  onMessage(received: Received): void;
  /** The broker took a message that nobody subscribes to (PUBACK or PUBREC 0x10). */
  onNoSubscribers(): void;
  onClosed(refusal: Refusal): void;
}

export interface Connection {
  /**
   * `settled` gets the broker's answer: nothing, or its reason code and reason string when it refuses. It is not called
   * if the connection ends first. `expiry`: see {@link Outgoing.expiry}; with MQTT 3.1.1 it is not sent.
   */
  publish(
    topic: string,
    payload: Buffer,
    qos: Qos,
    settled: (code?: number, reasonString?: string) => void,
    expiry?: number,
  ): void;
  /**
   * Resolves with the broker's answer for each filter, in order: granted QoS or a reason code from 0x80.
   * `answered` gets the same, before any message that follows SUBACK: a promise would resolve too late.
   */
  subscribe(
    filters: readonly [string, Qos][],
    identifier?: number,
    answered?: (codes: readonly number[]) => void,
  ): Promise<readonly number[]>;
  /** Resolves with a reason code for each filter, in order: from 0x80 on where the broker still holds the filter. */
  unsubscribe(filters: readonly string[]): Promise<readonly number[]>;
  /** Acknowledges a QoS 1 or 2 message; does nothing for QoS 0. */
  acknowledge(received: Received): void;
  /** Stops reading from the socket, so that TCP holds messages back. Keepalive goes on. */
  pauseReading(): void;
  resumeReading(): void;
  /**
   * DISCONNECT, then the socket is destroyed within half a second, or `grace` milliseconds if that is less.
   * `endSession`: the broker forgets us.
   */
  close(endSession: boolean, grace?: number): Promise<void>;
}

/**
 * Opens one MQTT connection over TLS. mqtt.js makes the session and subscribes; messages bypass it
 * ({@link PublishChannel}). A connection never reconnects, resubscribes or queues: other modules do.
 */
export function openConnection(options: ConnectionOptions, events: ConnectionEvents): Connection {
  const { version, unfinished = createUnfinished() } = options;
  const ids = createPacketIds();
  let isOpen = true;
  let isConnected = false;
  let isPaused = false;
  let refusal: Refusal | undefined;
  let stopKeepingAlive: () => void = () => undefined;
  const shown = wordsWithout(options.password);

  const socket = openStream(options);
  socket.once('data', (bytes: Buffer) => {
    if (isHttp(bytes)) refusal ??= swappedPort(options.endpoint, 'the server speaks HTTP');
  });
  const channel = new PublishChannel(socket, version, {
    hasRoom: (qos) => inbound.hasRoom(qos),
    onPublish: (received) => inbound.take(received),
    onAcknowledgement(type, packetId, code, reasonString) {
      if (type === PUBREL) inbound.release(packetId);
      else outbound.answered(type, packetId, code, reasonString && shown({ reasonString }).reasonString);
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
  /** After invalid bytes or a wrong acknowledgement mqtt.js would continue. */
  function fail(error: Error) {
    refuse(error);
    channel.destroy();
  }
  client.on('error', (error: Error & { code?: unknown }) => {
    const code = isConnected ? undefined : error.code;
    if (typeof code === 'number') refusal ??= refusalOfCode(code, shown(client.serverProperties));
    fail(error);
  });
  client.on('disconnect', ({ reasonCode = 0x80, properties }: IDisconnectPacket) => {
    refusal ??= refusalOfDisconnect(reasonCode, shown(properties));
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

  const requests = createSubscribeRequests(client, {
    timeout: options.answerTimeout ?? ANSWER_TIMEOUT_MS,
    isOpen: () => isOpen,
    isPaused: () => isPaused,
    onTimeout: fail,
  });

  return {
    publish: outbound.publish,
    subscribe: requests.subscribe,
    unsubscribe: requests.unsubscribe,
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
        // Not client.end(), which waits for the answers to SUBSCRIBE without a limit.
        if (isConnected) channel.finish(disconnect(version, endSession));
        else channel.destroy();
      });
    },
  };
}
