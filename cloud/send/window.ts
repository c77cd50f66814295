import { performance } from 'node:perf_hooks';
import type { Refusal } from '../transport/reason-codes';

/**
 * How a link ended: the broker hung up without a reason of its own, keepalive or a busy broker ended it, or something
 * else did.
 */
export type ConnectionEnd = 'hungUp' | 'starved' | 'other';

/** `refusal`: why the connection ended; `undefined` when we ended it. */
export function connectionEnd(refusal: Refusal | undefined): ConnectionEnd {
  if (refusal?.trouble === 'lost') return 'hungUp';
  return refusal?.trouble === 'timeout' || refusal?.trouble === 'busy' ? 'starved' : 'other';
}

/** A broker that hangs up so soon (ms) after a message may do so because of it. */
const SOON = 5_000;
/** A message that was on its way when the broker hung up for so many times, the last time alone, is why. */
const DEADLY = 2;

/**
 * How many messages may be unacknowledged at a time. After a link that ended with some it is one, then more with each
 * acknowledgement: a burst could starve our own PINGREQ once more (a broker that limits the bytes per second reads
 * nothing meanwhile), and a message on which the broker hangs up has to be told from its neighbours.
 */
export interface Window<E extends object> {
  /** A new link. */
  begin(): void;
  /** Whether one more may be sent while so many are unacknowledged. */
  takes(inFlight: number): boolean;
  sent(acknowledged: boolean): void;
  acknowledged(): void;
  /**
   * The link is gone, with these messages unacknowledged; `limit`: the broker's receive maximum. Returns the message on
   * which the broker hung up, once that is known.
   */
  ended(end: ConnectionEnd, inFlight: readonly E[], limit: number): E | undefined;
}

export function createWindow<E extends object>(): Window<E> {
  let size = Number.POSITIVE_INFINITY;
  /** Half of what was too much: from here on it grows by one for a whole window that was acknowledged. */
  let threshold = Number.POSITIVE_INFINITY;
  let lastSent = Number.NEGATIVE_INFINITY;
  /** QoS 0: nobody knows whether the broker has read it. */
  let unconfirmed = false;
  /** How often the broker has hung up on each. */
  let deaths = new WeakMap<E, number>();

  return {
    begin() {
      lastSent = Number.NEGATIVE_INFINITY;
      unconfirmed = false;
    },
    takes: (inFlight) => inFlight + 1 <= size,
    sent(acknowledged) {
      lastSent = performance.now();
      if (!acknowledged) unconfirmed = true;
    },
    acknowledged() {
      unconfirmed = false;
      size += size < threshold ? 1 : 1 / size;
    },
    ended(end, inFlight, limit) {
      if (end === 'other') return undefined;
      const [first] = inFlight;
      if (!first) {
        if (end === 'hungUp' && !unconfirmed) deaths = new WeakMap(); // it does so by itself
        return undefined;
      }
      if (inFlight.length > 1 && inFlight.length >= Math.min(Math.floor(size), limit)) {
        threshold = Math.floor(inFlight.length / 2);
      }
      size = 1;
      if (end === 'starved' || performance.now() - lastSent > SOON) return undefined;
      if (unconfirmed) return undefined; // that message may be why
      for (const entry of inFlight) deaths.set(entry, (deaths.get(entry) ?? 0) + 1);
      const known = inFlight.length === 1 && (deaths.get(first) ?? 0) >= DEADLY;
      return known ? first : undefined;
    },
  };
}
