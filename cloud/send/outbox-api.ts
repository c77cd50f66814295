import type { Qos } from '../protocol/topics';
import type { Outgoing } from '../transport/publish-packets';
import type { LinkEnd } from './window';

/** What the outbox sends through. */
export interface Carrier {
  /** `settled` is called with the broker's answer (`said`: its own words), or never when the link ends. */
  publish(topic: string, payload: Buffer, qos: Qos, settled: (refused?: number, said?: string) => void): void;
  /** Messages that may be unacknowledged at a time. */
  readonly window: number;
  /** Largest MQTT packet in bytes. */
  readonly maximumPacketSize: number;
  readonly maximumQos: Qos;
}

export interface OutboxOptions {
  /** Messages held at most: waiting or unacknowledged. */
  limit: number;
  /** Milliseconds from acceptance until a message that is not acknowledged fails. */
  expiry: number;
  /** Messages per second; 0 = no limit. */
  rate: number;
}

/** Messages counted since the outbox began. */
export interface OutboxCounters {
  accepted: number;
  acknowledged: number;
}

export interface Outbox {
  readonly counters: Readonly<OutboxCounters>;
  /**
   * Accepts all of `messages` or none. Resolves when the broker has acknowledged every one. Rejects with
   * `EZT_QUEUE_FULL` (none accepted), `EZT_STORE` (none sent), or, once all are settled, with the first error of
   * them: `EZT_PAYLOAD` (too large), `EZT_EXPIRED`, `EZT_REFUSED` or `EZT_CLOSED`. `owner`: see {@link withdraw}.
   * `until`: they are not sent before it resolves; they fail as it does. They count and expire meanwhile.
   */
  add(messages: readonly Outgoing[], owner?: object, until?: Promise<void>): Promise<void>;
  /**
   * Settles what `owner` added and what is not yet acknowledged with `EZT_CLOSED`. It is not sent (again), unless it
   * is on disk: then it goes out later, and the error says so.
   */
  withdraw(owner: object): Promise<void>;
  /** Sends through `carrier` from now on; what the last one left unacknowledged goes first, in its order. */
  attach(carrier: Carrier): void;
  /**
   * The link has ended, in this way: nothing is sent until the next `attach`. A message on which the broker hung up a
   * second time is settled with `EZT_REFUSED`. Returns whether there was one.
   */
  detach(end?: LinkEnd): boolean;
  /** Resolves when nothing of `owner` (or of anyone) is held any more, or after `timeout` milliseconds. */
  drained(timeout: number, owner?: object): Promise<void>;
  /** Settles all that is held with `EZT_CLOSED`, and refuses from now on. What is on disk stays there. */
  close(): Promise<void>;
  /** Messages held; those of one owner when it is named. */
  size(owner?: object): number;
}
