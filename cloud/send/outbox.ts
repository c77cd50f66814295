import { EztError } from '../protocol/errors';
import { publishSize } from '../transport/publish-packets';
import { acceptedNow, createAgeClock } from './age';
import { createHeld, type Entry } from './held';
import type { StoredMessage } from './message-files';
import type { MessageStore } from './message-store';
import type { Carrier, Outbox, OutboxOptions } from './outbox-api';
import { expired, queueFull } from './outbox-errors';
import { createRateLimiter } from './rate-limit';
import { publishRefused, QOS_NOT_SUPPORTED } from './refusal';
import { restored } from './restored';
import { createWindow, type LinkEnd } from './window';
import { asStoreError } from './writing';

/**
 * Everything that waits to be sent, in order. Each accepted message settles exactly once, whatever happens. With a
 * `store` each is on disk before it is sent, until it is settled; what earlier lives left there is sent first.
 */
export function createOutbox({ limit, expiry, rate }: OutboxOptions, store?: MessageStore): Outbox {
  let closed = false;
  let carrier: Carrier | undefined;
  let waiting: Entry[] = [];
  let next = 0; // of `waiting`: shifting an array costs its length
  /** Written and unacknowledged, oldest first; a settled one still takes its place in the broker's window. */
  const inFlight = new Set<Entry>();
  const window = createWindow<Entry>();
  const rateLimiter = createRateLimiter(rate);
  let pumping = false;
  const clock = createAgeClock();
  const held = createHeld(tooLate, clock, store, forgetSettled);
  const { settle } = held;
  store?.open(restore);

  /** `now`: if the clock has just been looked at. */
  function pump(now?: number) {
    if (pumping) return; // QoS 0 settles while it is written
    pumping = true;
    try {
      for (;;) {
        forgetSettled();
        const entry = waiting[next];
        if (!entry || !carrier || !roomFor(carrier)) break;
        if (held.isOver(entry, now ?? clock.now())) {
          held.expire(entry);
          continue;
        }
        if (!rateLimiter.next(pump)) break;
        next += 1;
        send(entry, carrier);
      }
    } finally {
      pumping = false;
    }
  }

  const roomFor = (by: Carrier) => inFlight.size < by.window && window.takes(inFlight.size);

  /** Passes over what settled while it waited: it must cost neither memory nor a place in the rate. */
  function forgetSettled() {
    while (next < waiting.length && !waiting[next]?.settle) next += 1;
    if (next > waiting.length / 2) {
      waiting = waiting.slice(next);
      next = 0;
    }
  }

  function send(entry: Entry, by: Carrier) {
    const { topic, payload, qos } = entry.message;
    const size = publishSize(entry.message);
    if (size > by.maximumPacketSize) {
      return settle(entry, new EztError('tooLarge', { size, limit: by.maximumPacketSize }));
    }
    if (qos > by.maximumQos) return settle(entry, publishRefused(QOS_NOT_SUPPORTED));
    inFlight.add(entry);
    if (qos === 0 && entry.file !== undefined) {
      store?.remove(entry.file); // at most once, also over a restart
      entry.file = undefined;
    }
    window.sent(qos > 0);
    by.publish(topic, payload, qos, (refused, said) => {
      if (carrier !== by || !inFlight.delete(entry)) return;
      if (qos > 0) window.acknowledged();
      settle(entry, refused === undefined ? undefined : publishRefused(refused, said));
      pump();
    });
  }

  function detach(end: LinkEnd = 'other'): boolean {
    const culprit = window.ended(carrier ? end : 'other', [...inFlight], carrier?.window ?? 0);
    if (culprit) settle(culprit, new EztError('hungUp'));
    carrier = undefined;
    // At most once: it may have left, or be lost with what the socket still held.
    for (const entry of inFlight) if (entry.message.qos === 0) settle(entry, new EztError('closedUncertain'));
    waiting = [...inFlight, ...waiting.slice(next)].filter((entry) => entry.settle);
    next = 0;
    inFlight.clear();
    return culprit !== undefined;
  }

  function tooLate(entry: Entry): EztError {
    const unanswered = inFlight.has(entry) || (carrier !== undefined && !roomFor(carrier));
    const awaited = carrier ? (unanswered ? 'answer' : 'turn') : 'link';
    return expired(expiry, rate, entry.awaits ?? awaited);
  }

  function enqueue(entries: readonly Entry[], now?: number) {
    for (const entry of entries) if (entry.settle) waiting.push(entry);
    pump(now);
  }

  /** Settled meanwhile, a message is passed over, and its file removed. */
  async function prepare(entries: readonly Entry[], until: Promise<void> | undefined): Promise<void> {
    try {
      if (store?.keeps) {
        for (const entry of entries) entry.awaits = 'disk';
        const messages = entries.map(({ message }) => message);
        const wanted = () => entries.some((entry) => entry.settle);
        const names = await store.write(messages, acceptedNow(), expiry, wanted);
        for (const [i, entry] of entries.entries()) {
          const name = names[i];
          if (entry.settle) entry.file = name;
          else if (name !== undefined) store.remove(name);
        }
      }
      for (const entry of entries) entry.awaits = until && 'answer';
      await until;
      for (const entry of entries) entry.awaits = undefined;
      enqueue(entries);
    } catch (error) {
      for (const entry of entries) settle(entry, asStoreError(error));
    }
  }

  function restore(messages: readonly StoredMessage[]) {
    if (!store) return;
    const entries = restored(messages, store, clock.now(), expiry);
    held.add(entries, true);
    waiting = [...entries, ...waiting.slice(next)];
    next = 0;
    pump();
  }

  return {
    counters: held.counters,
    size: held.size,
    add(messages, owner, until) {
      until?.catch(() => undefined); // it may fail before it is awaited
      if (closed) return Promise.reject(new EztError('closed'));
      if (messages.length === 0) return Promise.resolve();
      if (held.size() + messages.length > limit) return Promise.reject(queueFull(messages.length, limit));
      return new Promise((resolve, reject) => {
        let left = messages.length;
        let failure: EztError | undefined;
        const settled = (error?: EztError) => {
          failure ??= error;
          left -= 1;
          if (left > 0) return;
          if (failure) reject(failure);
          else resolve();
        };
        const now = clock.now();
        const expires = now + expiry;
        const entries = messages.map(
          (message): Entry => ({
            message,
            owner,
            expires,
            settle: settled,
            file: undefined,
            awaits: undefined,
          }),
        );
        held.add(entries);
        if (store?.keeps || until) void prepare(entries, until);
        else enqueue(entries, now);
      });
    },
    async withdraw(owner) {
      if (store) await store.written();
      for (const entry of held.of(owner)) held.letGo(entry);
      forgetSettled();
    },
    attach(to) {
      detach();
      window.begin();
      carrier = to;
      pump();
    },
    detach,
    drained: held.drained,
    async close() {
      closed = true;
      if (store) await store.written();
      carrier = undefined;
      rateLimiter.stop();
      held.close();
      await store?.close();
    },
  };
}
