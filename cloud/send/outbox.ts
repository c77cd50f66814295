import { EztError } from '../protocol/errors';
import { createAgeClock } from './age';
import type { Message } from './message';
import type { MessageStore } from './message-store';
import { expired, queueFull } from './outbox-errors';
import {
  createPendingMessages,
  newPending,
  type OutboxCounters,
  type PendingMessage,
  settleAll,
} from './pending-messages';
import type { OutboxConnection } from './refusal';
import { createSender } from './sender';
import { restoreMessages, storeMessages } from './stored-messages';
import type { ConnectionEnd } from './window';
import { asStoreError } from './writing';

export interface OutboxOptions {
  /** Messages that may be pending: waiting or unacknowledged. */
  limit: number;
  /** Milliseconds from acceptance until a message that is not acknowledged fails. */
  expiry: number;
  /** Messages per second; 0 = no limit. */
  rate: number;
}

/**
 * Settles messages with `EZT_CLOSED`, so that they are not sent (again). Returns `false` if the broker may have them: then
 * they are only not sent over another connection.
 */
export type Withdraw = () => boolean;

/** Everything that waits to be sent, in order. Each accepted message settles exactly once, whatever happens. */
export interface Outbox {
  readonly counters: Readonly<OutboxCounters>;
  /**
   * Accepts all of `messages` or none. Resolves when the broker has acknowledged every one that was not replaced by a
   * newer one (see {@link Message.latest}), with the number of those that were. Rejects with
   * `EZT_QUEUE_FULL` (none accepted), `EZT_STORE` (none sent), or, once all are settled, with the first error of
   * them: `EZT_PAYLOAD` (too large), `EZT_EXPIRED`, `EZT_REFUSED` or `EZT_CLOSED`. `owner`: see {@link closeFor}.
   * `until`: they are sent after it resolves, and fail with its error. Until then they count and expire as others do.
   * `accepted` gets how to withdraw them, if they are accepted.
   */
  add(
    messages: readonly Message[],
    owner?: object,
    until?: Promise<void>,
    accepted?: (withdraw: Withdraw) => void,
  ): Promise<number>;
  /**
   * Settles the unacknowledged messages of `owner` with `EZT_CLOSED`. They are not sent (again), except those on
   * disk, which are sent later; the error says which.
   */
  closeFor(owner: object): Promise<void>;
  /** Sends through `connection` from now on: first what the last one left unacknowledged, in its order. */
  attach(connection: OutboxConnection): void;
  /**
   * The connection has ended: nothing is sent until the next `attach`. A message on which the broker hung up a second
   * time is settled with `EZT_REFUSED`. Returns whether there was one.
   */
  detach(end?: ConnectionEnd): boolean;
  /** Resolves when nothing of `owner` (or nothing at all) is pending, or after `timeout` ms. */
  drained(timeout: number, owner?: object): Promise<void>;
  /** Settles everything with `EZT_CLOSED`, and rejects what is added later. What is on disk stays there. */
  close(): Promise<void>;
  /** Pending messages; those of `owner` if it is given. */
  size(owner?: object): number;
}

/** With a `store` each message is on disk until it is settled; what an earlier process left there is sent first. */
export function createOutbox({ limit, expiry, rate }: OutboxOptions, store?: MessageStore): Outbox {
  let closed = false;
  const clock = createAgeClock();
  const pending = createPendingMessages(
    (message) => expired(expiry, rate, sender.awaited(message)),
    clock,
    store,
    () => sender.removeSettled(),
  );
  const sender = createSender(pending, clock, rate, store);
  void store?.open((stored) => {
    const restored = restoreMessages(stored, store, clock.now(), expiry);
    pending.add(restored, true);
    sender.addFirst(restored);
  });

  /** Queues `messages` once they are on disk and `until` has resolved. */
  async function prepare(messages: readonly PendingMessage[], until: Promise<void> | undefined) {
    try {
      if (store?.keeps) await storeMessages(messages, store, expiry);
      for (const each of messages) each.awaits = until && 'answer';
      await until;
      for (const each of messages) each.awaits = undefined;
      sender.add(messages);
    } catch (error) {
      for (const each of messages) pending.settle(each, asStoreError(error));
    }
  }

  return {
    counters: pending.counters,
    size: pending.size,
    add(messages, owner, until, accepted) {
      until?.catch(() => undefined); // it may fail before it is awaited
      if (closed) return Promise.reject(new EztError('closed'));
      if (messages.length === 0) return Promise.resolve(0);
      const left = pending.size() - sender.covered(messages).length;
      if (left + messages.length > limit) return Promise.reject(queueFull(messages.length, limit));
      return new Promise((resolve, reject) => {
        const settled = settleAll(messages.length, resolve, reject);
        const now = clock.now();
        const added = messages.map((message) => newPending(message, owner, now + expiry, settled));
        pending.add(added);
        accepted?.(() => sender.withdraw(added));
        if (store?.keeps || until) {
          sender.announce(added);
          void prepare(added, until);
        } else {
          sender.add(added, now);
        }
      });
    },
    async closeFor(owner) {
      if (store) await store.written();
      for (const message of pending.of(owner)) pending.close(message);
      sender.removeSettled();
    },
    attach: sender.attach,
    detach: sender.detach,
    drained: pending.drained,
    async close() {
      closed = true;
      if (store) await store.written();
      sender.stop();
      pending.closeAll();
      await store?.close();
    },
  };
}
