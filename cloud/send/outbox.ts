import { EztError } from '../protocol/errors';
import type { Outgoing } from '../transport/publish-packets';
import { createAgeClock } from './age';
import type { MessageStore } from './message-store';
import { expired, queueFull } from './outbox-errors';
import {
  createPendingMessages,
  newPending,
  type OutboxCounters,
  type PendingMessage,
  settleAll,
} from './pending-messages';
import { createRateLimiter } from './rate-limit';
import { type OutboxConnection, publishRefused, unsendable } from './refusal';
import { createSendQueue } from './send-queue';
import { restoreMessages, storeMessages } from './stored-messages';
import { type ConnectionEnd, createWindow } from './window';
import { asStoreError } from './writing';

export interface OutboxOptions {
  /** Messages that may be pending: waiting or unacknowledged. */
  limit: number;
  /** Milliseconds from acceptance until a message that is not acknowledged fails. */
  expiry: number;
  /** Messages per second; 0 = no limit. */
  rate: number;
}

/** Everything that waits to be sent, in order. Each accepted message settles exactly once, whatever happens. */
export interface Outbox {
  readonly counters: Readonly<OutboxCounters>;
  /**
   * Accepts all of `messages` or none. Resolves when the broker has acknowledged every one. Rejects with
   * `EZT_QUEUE_FULL` (none accepted), `EZT_STORE` (none sent), or, once all are settled, with the first error of
   * them: `EZT_PAYLOAD` (too large), `EZT_EXPIRED`, `EZT_REFUSED` or `EZT_CLOSED`. `owner`: see {@link closeFor}.
   * `until`: they are sent after it resolves, and fail with its error. Until then they count and expire as others do.
   */
  add(messages: readonly Outgoing[], owner?: object, until?: Promise<void>): Promise<void>;
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
  let connection: OutboxConnection | undefined;
  const queue = createSendQueue();
  /** Sent and unacknowledged, oldest first. One that has expired still counts against the receive maximum. */
  const inFlight = new Set<PendingMessage>();
  const window = createWindow<PendingMessage>();
  const rateLimiter = createRateLimiter(rate);
  let sending = false;
  const clock = createAgeClock();
  const pending = createPendingMessages(expiryError, clock, store, queue.removeSettled);
  const { settle } = pending;
  store?.open((stored) => {
    const restored = restoreMessages(stored, store, clock.now(), expiry);
    pending.add(restored, true);
    queue.addFirst(restored);
    sendNext();
  });

  /** Sends as much as may be sent. `now`: of `clock`, if it has just been read. */
  function sendNext(now?: number) {
    if (sending) return; // QoS 0 settles while it is being sent
    sending = true;
    try {
      for (let message = queue.first; message; message = queue.first) {
        if (!connection || !hasRoom(connection)) break;
        if (pending.isExpired(message, now ?? clock.now())) {
          pending.expire(message);
        } else {
          if (!rateLimiter.next(sendNext)) break;
          queue.removeFirst();
          send(message, connection);
        }
      }
    } finally {
      sending = false;
    }
  }

  const hasRoom = ({ receiveMaximum }: OutboxConnection) =>
    inFlight.size < receiveMaximum && window.takes(inFlight.size);

  function send(pendingMessage: PendingMessage, by: OutboxConnection) {
    const refusal = unsendable(pendingMessage.message, by);
    if (refusal) return settle(pendingMessage, refusal);
    const { topic, payload, qos } = pendingMessage.message;
    inFlight.add(pendingMessage);
    if (qos === 0 && pendingMessage.file !== undefined) {
      store?.remove(pendingMessage.file); // at most once, also over a restart
      pendingMessage.file = undefined;
    }
    window.sent(qos > 0);
    by.publish(topic, payload, qos, (code, reasonString) => {
      if (connection !== by || !inFlight.delete(pendingMessage)) return;
      if (qos > 0) window.acknowledged();
      settle(pendingMessage, code === undefined ? undefined : publishRefused(code, reasonString));
      sendNext();
    });
  }

  function detach(end: ConnectionEnd = 'other'): boolean {
    const maximum = connection?.receiveMaximum ?? 0;
    const culprit = window.ended(connection ? end : 'other', [...inFlight], maximum);
    if (culprit) settle(culprit, new EztError('hungUp'));
    connection = undefined;
    // QoS 0 is sent at most once: it may have left already, or be lost in the socket's buffer.
    for (const each of inFlight) if (each.message.qos === 0) settle(each, new EztError('closedUncertain'));
    queue.addFirst([...inFlight]);
    inFlight.clear();
    return culprit !== undefined;
  }

  function expiryError(message: PendingMessage): EztError {
    const unanswered = inFlight.has(message) || (connection !== undefined && !hasRoom(connection));
    const awaited = connection ? (unanswered ? 'answer' : 'turn') : 'connection';
    return expired(expiry, rate, message.awaits ?? awaited);
  }

  /** Queues `messages` once they are on disk and `until` has resolved. */
  async function prepare(messages: readonly PendingMessage[], until: Promise<void> | undefined) {
    try {
      if (store?.keeps) await storeMessages(messages, store, expiry);
      for (const each of messages) each.awaits = until && 'answer';
      await until;
      for (const each of messages) each.awaits = undefined;
      queue.add(messages);
      sendNext();
    } catch (error) {
      for (const each of messages) settle(each, asStoreError(error));
    }
  }

  return {
    counters: pending.counters,
    size: pending.size,
    add(messages, owner, until) {
      until?.catch(() => undefined); // it may fail before it is awaited
      if (closed) return Promise.reject(new EztError('closed'));
      if (messages.length === 0) return Promise.resolve();
      if (pending.size() + messages.length > limit) return Promise.reject(queueFull(messages.length, limit));
      return new Promise((resolve, reject) => {
        const settled = settleAll(messages.length, resolve, reject);
        const now = clock.now();
        const added = messages.map((message) => newPending(message, owner, now + expiry, settled));
        pending.add(added);
        if (store?.keeps || until) {
          void prepare(added, until);
        } else {
          queue.add(added);
          sendNext(now);
        }
      });
    },
    async closeFor(owner) {
      if (store) await store.written();
      for (const message of pending.of(owner)) pending.close(message);
      queue.removeSettled();
    },
    attach(to) {
      detach();
      window.begin();
      connection = to;
      sendNext();
    },
    detach,
    drained: pending.drained,
    async close() {
      closed = true;
      if (store) await store.written();
      connection = undefined;
      rateLimiter.stop();
      pending.closeAll();
      await store?.close();
    },
  };
}
