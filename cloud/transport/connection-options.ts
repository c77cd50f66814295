import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { Endpoint } from '../protocol/endpoint';
import type { HttpProxy } from './proxy';

/** MQTT 3.1.1 or 5, as in CONNECT. */
export type ProtocolVersion = 4 | 5;

export interface ConnectionOptions {
  endpoint: Endpoint;
  /** Project key and secret. */
  username: string;
  password: string;
  /** CA, client certificate, server name …, as Node's `tls` takes them. */
  tls: TlsOptions;
  /** `undefined`: none. */
  proxy?: HttpProxy | undefined;
  version: ProtocolVersion;
  clientId: string;
  /** Whether to start without the state of an earlier session. */
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
  /** The same object on every reconnection of a session. */
  unfinished?: Unfinished;
}

/** QoS 2 messages of a session whose handshake is not complete. */
export interface Unfinished {
  /** Packet identifiers of messages that were handed over, until PUBREL. */
  received: Set<number>;
  /** Packet identifiers that the broker may hold until PUBREL. */
  sent: Set<number>;
}

/** {@link ConnectionOptions.unfinished} of a new session. */
export const createUnfinished = (): Unfinished => ({ received: new Set(), sent: new Set() });
