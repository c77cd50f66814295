import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { Endpoint } from '../protocol/endpoint';
import type { Qos } from '../protocol/topics';
import type { Refusal } from './reason-codes';

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
  /** Pass the same one on every reconnection of a session. */
  unfinished?: Unfinished;
}

/** QoS 2 messages of a session that are half done. */
export interface Unfinished {
  /** Packet identifiers of messages that were handed over, until PUBREL. */
  received: Set<number>;
  /** Packet identifiers that the broker may hold until PUBREL. */
  sent: Set<number>;
}

/** What CONNACK said. */
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
  /** The broker took a message that nobody subscribes to (PUBACK or PUBREC 0x10). */
  onNoSubscribers(): void;
  onClosed(refusal: Refusal): void;
}

export interface Connection {
  /**
   * `settled` gets the broker's answer, `said` being its reason string; it is never called when the connection ends
   * before. An unknown reason code is a refusal from 0x80 on, success below.
   */
  publish(topic: string, payload: Buffer, qos: Qos, settled: (refused?: number, said?: string) => void): void;
  /**
   * Resolves with the broker's answer for each filter, in order: granted QoS or a reason code from 0x80.
   * `answered` gets the same before any message that follows it, which a promise cannot promise.
   */
  subscribe(
    filters: readonly [string, Qos][],
    identifier?: number,
    answered?: (codes: readonly number[]) => void,
  ): Promise<readonly number[]>;
  /** Resolves with the broker's answer for each filter, in order: a reason code from 0x80 on where it still holds it. */
  unsubscribe(filters: readonly string[]): Promise<readonly number[]>;
  /** Tells the broker that a QoS 1 or 2 message has been dealt with. */
  acknowledge(received: Received): void;
  /** Takes nothing more from the socket; TCP holds the rest back. The connection is kept alive. */
  pauseReading(): void;
  resumeReading(): void;
  /**
   * DISCONNECT, then the socket is destroyed within half a second, or `grace` milliseconds if that is less.
   * `endSession`: the broker forgets us.
   */
  close(endSession: boolean, grace?: number): Promise<void>;
}
