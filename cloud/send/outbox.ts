import { performance } from 'node:perf_hooks';
import { EztError } from '../protocol/errors';
import type { Outgoing } from '../transport/packets';
import { publishSize } from '../transport/packets';
import type { Carrier, Outbox, OutboxCounters, OutboxOptions } from './outbox-api';
import { expired, queueFull } from './outbox-errors';
import { createPace } from './rate-limit';
import { publishRefused, QOS_NOT_SUPPORTED } from './refusal';
import { createWindow, type LinkEnd } from './window';

interface Entry {
  readonly message: Outgoing;
  readonly owner: object | undefined;
  readonly expires: number;
  /** `undefined` once settled. */
  settle: ((error?: EztError) => void) | undefined;
}

/** Everything that waits to be sent, in order. Each accepted message settles exactly once, whatever happens. */
export function createOutbox({ limit, expiry, rate }: OutboxOptions): Outbox {
  let held = 0;
  let closed = false;
  let carrier: Carrier | undefined;
  let waiting: Entry[] = [];
  let next = 0; // of `waiting`: shifting an array costs its length
  /** Written and unacknowledged, oldest first; a settled one still takes its place in the broker's window. */
  const inFlight = new Set<Entry>();
  const window = createWindow<Entry>();
  let expiryTimer: NodeJS.Timeout | undefined;
  const pace = createPace(rate);
  let pumping = false;
  const counts = new Map<object, number>();
  const onSettled = new Set<() => void>();
  const counters: OutboxCounters = { accepted: 0, acknowledged: 0 };

  function count(owner: object | undefined, difference: number) {
    held += difference;
    if (!owner) return;
    const now = (counts.get(owner) ?? 0) + difference;
    if (now === 0) counts.delete(owner);
    else counts.set(owner, now);
  }

  function settle(entry: Entry, error?: EztError) {
    const { settle: tell } = entry;
    if (!tell) return;
    entry.settle = undefined;
    count(entry.owner, -1);
    if (!error) counters.acknowledged += 1;
    tell(error);
    for (const listener of onSettled) listener();
  }

  function pump() {
    if (pumping) return; // QoS 0 settles while it is written
    pumping = true;
    try {
      for (;;) {
        forgetSettled();
        const entry = waiting[next];
        if (!entry || !carrier || !roomFor(carrier) || !pace.next(pump)) break;
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
    window.sent(qos > 0);
    by.publish(topic, payload, qos, (refused, said) => {
      if (carrier !== by || !inFlight.delete(entry)) return;
      if (qos > 0) window.acknowledged();
      settle(entry, refused === undefined ? undefined : publishRefused(refused, said));
      pump();
    });
  }

  /** One timer for all: acceptance order is expiry order. */
  function watchExpiry() {
    if (expiryTimer || held === 0) return;
    const oldest = unsettled().next().value;
    if (!oldest) return;
    expiryTimer = setTimeout(
      () => {
        expiryTimer = undefined;
        const now = performance.now();
        for (const entry of unsettled()) {
          if (entry.expires > now) break;
          const unanswered = inFlight.has(entry) || inFlight.size >= (carrier?.window ?? 0);
          settle(entry, expired(expiry, rate, carrier !== undefined, unanswered));
        }
        forgetSettled();
        watchExpiry();
      },
      Math.max(1, Math.ceil(oldest.expires - performance.now())),
    );
  }

  /** What is held, oldest first. */
  function* unsettled(): Generator<Entry, undefined> {
    for (const entry of inFlight) if (entry.settle) yield entry;
    for (let i = next; i < waiting.length; i += 1) {
      const entry = waiting[i];
      if (entry?.settle) yield entry;
    }
    return undefined;
  }

  function detach(end: LinkEnd = 'other'): boolean {
    const culprit = window.ended(carrier ? end : 'other', [...inFlight], carrier?.window ?? 0);
    if (culprit) settle(culprit, new EztError('hungUp'));
    carrier = undefined;
    waiting = [...inFlight, ...waiting.slice(next)].filter((entry) => entry.settle);
    next = 0;
    inFlight.clear();
    return culprit !== undefined;
  }

  const size = (owner?: object) => (owner ? (counts.get(owner) ?? 0) : held);

  return {
    counters,
    size,
    add(messages, owner, lifetime = expiry) {
      if (closed) return Promise.reject(new EztError('closed'));
      if (messages.length === 0) return Promise.resolve();
      if (held + messages.length > limit) return Promise.reject(queueFull(messages.length, limit));
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
        const expires = performance.now() + lifetime;
        for (const message of messages) waiting.push({ message, owner, expires, settle: settled });
        count(owner, messages.length);
        counters.accepted += messages.length;
        watchExpiry();
        pump();
      });
    },
    withdraw(owner) {
      for (const entry of [...unsettled()]) if (entry.owner === owner) settle(entry, new EztError('closed'));
      forgetSettled();
    },
    attach(to) {
      detach();
      window.begin();
      carrier = to;
      pump();
    },
    detach,
    drained(timeout, owner) {
      if (size(owner) === 0) return Promise.resolve();
      return new Promise((resolve) => {
        const finish = () => {
          clearTimeout(timer);
          onSettled.delete(check);
          resolve();
        };
        const check = () => {
          if (size(owner) === 0) finish();
        };
        const timer = setTimeout(finish, timeout);
        onSettled.add(check);
      });
    },
    close() {
      closed = true;
      carrier = undefined;
      clearTimeout(expiryTimer);
      pace.stop();
      for (const entry of [...unsettled()]) settle(entry, new EztError('closed'));
      return Promise.resolve();
    },
  };
}
