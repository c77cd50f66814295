import { EztError } from '../protocol/errors';
import type { AgeClock } from './age';
import { createLatestValues } from './latest-values';
import type { MessageStore } from './message-store';
import type { Awaited } from './outbox-errors';
import type { PendingMessage, PendingMessages } from './pending-messages';
import { createRateLimiter } from './rate-limit';
import { type OutboxConnection, publishRefused, QUOTA_EXCEEDED, unsendable } from './refusal';
import { createSendQueue } from './send-queue';
import { createSlowDown } from './slow-down';
import { type ConnectionEnd, createWindow } from './window';

/** Sends messages in their order, as fast as the broker and the limits allow. */
export interface Sender {
  /** They have been accepted, and will be added. */
  announce(messages: readonly PendingMessage[]): void;
  /** `now`: of the clock, if it has just been read. */
  add(messages: readonly PendingMessage[], now?: number): void;
  /** Before all the others. */
  addFirst(messages: readonly PendingMessage[]): void;
  /** The messages that would have nothing left if `messages` were added; see {@link LatestValues}. */
  covered: ReturnType<typeof createLatestValues>['covered'];
  /** See {@link Outbox.attach}. */
  attach(connection: OutboxConnection): void;
  /** See {@link Outbox.detach}. */
  detach(end?: ConnectionEnd): boolean;
  /** What `message` waits for. */
  awaited(message: PendingMessage): Awaited;
  /** See {@link Withdraw}. */
  withdraw(messages: readonly PendingMessage[]): boolean;
  /** Frees the memory of settled messages. */
  removeSettled(): void;
  stop(): void;
}

/** `pending`: has the messages that it is given. `rate`: messages per second; 0 = no limit. */
export function createSender(
  pending: PendingMessages,
  clock: AgeClock,
  rate: number,
  store: MessageStore | undefined,
): Sender {
  let connection: OutboxConnection | undefined;
  const queue = createSendQueue();
  /** Sent and unacknowledged, oldest first. One that has expired still counts against the receive maximum. */
  const inFlight = new Set<PendingMessage>();
  /** Refused because the broker's quota was used up; to be sent again. */
  let refused: PendingMessage[] = [];
  /** Not to be sent again. */
  const withdrawn = new WeakSet<PendingMessage>();
  const latest = createLatestValues();
  const window = createWindow<PendingMessage>();
  const rateLimiter = createRateLimiter(rate);
  const slowDown = createSlowDown<PendingMessage>();
  let sending = false;

  /** Sends as much as may be sent. */
  function sendNext(now?: number) {
    if (sending) return; // QoS 0 settles while it is being sent
    sending = true;
    try {
      for (let message = queue.first; message; message = queue.first) {
        if (!connection || slowDown.active || !hasRoom(connection)) break;
        const time = now ?? clock.now();
        if (pending.isExpired(message, time)) {
          pending.expire(message);
        } else {
          if (!rateLimiter.next(sendNext)) break;
          queue.removeFirst();
          send(message, connection, time);
        }
      }
    } finally {
      sending = false;
    }
  }

  const hasRoom = ({ receiveMaximum }: OutboxConnection) =>
    inFlight.size < receiveMaximum && window.takes(inFlight.size);

  function send(message: PendingMessage, by: OutboxConnection, now: number) {
    const refusal = unsendable(message.message, by);
    if (refusal) return pending.settle(message, refusal);
    const { topic, payload, qos } = message.message;
    inFlight.add(message);
    if (qos === 0) removeFile(message); // at most once, also over a restart
    window.sent(qos > 0);
    const answered = (code?: number, reasonString?: string) => {
      if (connection !== by || !inFlight.delete(message)) return;
      if (code === QUOTA_EXCEEDED && sentAgain(message)) return;
      if (code !== QUOTA_EXCEEDED) {
        if (qos > 0) window.acknowledged();
        slowDown.taken();
      }
      pending.settle(message, code === undefined ? undefined : publishRefused(code, reasonString));
      sendNext();
    };
    by.publish(topic, payload, qos, answered, expiryOf(message, now));
  }

  function removeFile(message: PendingMessage) {
    if (message.file !== undefined) store?.remove(message.file);
    message.file = undefined;
  }

  /** Seconds, rounded up, that the broker may hold it. */
  function expiryOf({ expires, message: { lifetime } }: PendingMessage, now: number): number {
    return Math.max(1, Math.ceil(Math.min(expires - now, lifetime ?? Number.POSITIVE_INFINITY) / 1000));
  }

  /** The broker takes no more for now. Returns whether `message` is sent again, after a pause. */
  function sentAgain(message: PendingMessage): boolean {
    if (!slowDown.active) window.tooMuch(inFlight.size + 1);
    const again = slowDown.refused(message, () => {
      queue.addFirst(refused);
      refused = [];
      sendNext();
    });
    if (!again || withdrawn.has(message)) return false;
    refused.push(message);
    return true;
  }

  /** Without a connection: takes what `messages` set anew out of those that were accepted before. */
  function replaceBy(messages: readonly PendingMessage[]) {
    if (connection) return;
    for (const message of messages) {
      if (message.settle) for (const older of latest.add(message)) pending.replace(older);
    }
  }

  /** The same for all messages, also those that are still being written to disk: in the order of their acceptance. */
  function replaceAll() {
    latest.clear();
    replaceBy(pending.of());
  }

  function detach(end: ConnectionEnd = 'other'): boolean {
    const maximum = connection?.receiveMaximum ?? 0;
    const culprit = window.ended(connection ? end : 'other', [...inFlight], maximum);
    if (culprit) pending.settle(culprit, new EztError('hungUp'));
    connection = undefined;
    for (const each of inFlight) {
      // QoS 0 is sent at most once: it may have left already, or be lost in the socket's buffer.
      if (each.message.qos === 0) pending.settle(each, new EztError('closedUncertain'));
      else if (withdrawn.has(each)) pending.settle(each, new EztError('closed'));
    }
    queue.addFirst([...refused, ...inFlight]);
    refused = [];
    inFlight.clear();
    replaceAll();
    return culprit !== undefined;
  }

  return {
    announce: replaceBy,
    add(messages, now) {
      queue.add(messages);
      replaceBy(messages);
      sendNext(now);
    },
    addFirst(messages) {
      queue.addFirst(messages);
      replaceAll();
      sendNext();
    },
    covered: (messages) => (connection ? [] : latest.covered(messages)),
    attach(to) {
      detach();
      window.begin();
      connection = to;
      latest.clear();
      sendNext();
    },
    detach,
    awaited(message) {
      if (message.awaits) return message.awaits;
      if (!connection) return 'connection';
      if (slowDown.active) return 'quota';
      return inFlight.has(message) || !hasRoom(connection) ? 'answer' : 'turn';
    },
    withdraw(messages) {
      const waits = messages.every((each) => each.settle && !inFlight.has(each));
      for (const each of messages) {
        if (waits) pending.settle(each, new EztError('closed'));
        else withdrawn.add(each);
        removeFile(each);
      }
      queue.removeSettled();
      return waits;
    },
    removeSettled: queue.removeSettled,
    stop() {
      connection = undefined;
      rateLimiter.stop();
      slowDown.stop();
    },
  };
}
