import { performance } from 'node:perf_hooks';
import type { Refusal } from '../transport/reason-codes';

/**
 * How a connection ended. `hungUp`: the broker closed it and gave no other reason. `starved`: by keepalive, or by a
 * busy broker.
 */
export type ConnectionEnd = 'hungUp' | 'starved' | 'other';

/** `refusal`: why the connection ended; `undefined` when we ended it. */
export function connectionEnd(refusal: Refusal | undefined): ConnectionEnd {
  if (refusal?.trouble === 'lost') return 'hungUp';
  return refusal?.trouble === 'timeout' || refusal?.trouble === 'busy' ? 'starved' : 'other';
}

/** Milliseconds after a message in which a hang-up may be because of it. */
const SOON = 5_000;
/** A message that was unacknowledged at so many hang-ups, at the last one alone, is the reason for them. */
const DEADLY = 2;

/**
 * How many messages may be unacknowledged at a time. After a connection that ended with unacknowledged messages it is
 * one, and grows with each acknowledgement. There are two reasons. A broker that limits bytes per second stops reading
 * after a burst, so our PINGREQ would be late again. And a message on which the broker hangs up has to be found.
 */
export interface Window<E extends object> {
  /** A new connection. */
  begin(): void;
  /** Whether one more may be sent while `inFlight` messages are unacknowledged. */
  takes(inFlight: number): boolean;
  sent(acknowledged: boolean): void;
  acknowledged(): void;
  /** With `inFlight` unacknowledged messages the broker’s quota was used up. */
  tooMuch(inFlight: number): void;
  /**
   * The connection has ended with these messages unacknowledged. `limit`: the broker's receive maximum. Returns the
   * message on which the broker hung up, once that is known.
   */
  ended(end: ConnectionEnd, inFlight: readonly E[], limit: number): E | undefined;
}

export function createWindow<E extends object>(): Window<E> {
  let size = Number.POSITIVE_INFINITY;
  /** Half of the size that was too much. From here on the size grows by one for each acknowledged window. */
  let threshold = Number.POSITIVE_INFINITY;
  let lastSent = Number.NEGATIVE_INFINITY;
  /** A QoS 0 message was sent, and there is no sign yet that the broker has read it. */
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
    tooMuch(inFlight) {
      threshold = Math.max(1, Math.floor(inFlight / 2));
      size = 1;
    },
    ended(end, inFlight, limit) {
      if (end === 'other') return undefined;
      const [first] = inFlight;
      if (!first) {
        if (end === 'hungUp' && !unconfirmed) deaths = new WeakMap(); // it hangs up for a reason of its own
        return undefined;
      }
      if (inFlight.length > 1 && inFlight.length >= Math.min(Math.floor(size), limit)) {
        threshold = Math.floor(inFlight.length / 2);
      }
      size = 1;
      if (end === 'starved' || performance.now() - lastSent > SOON) return undefined;
      if (unconfirmed) return undefined; // the QoS 0 message may be the reason
      for (const entry of inFlight) deaths.set(entry, (deaths.get(entry) ?? 0) + 1);
      const known = inFlight.length === 1 && (deaths.get(first) ?? 0) >= DEADLY;
      return known ? first : undefined;
    },
  };
}
