import { performance } from 'node:perf_hooks';
import type { Refusal } from './reason-codes';

/** Two clients with one id take over each other's session for ever. After so many times in so many ms this one waits. */
const TAKEOVERS = 3;
export const TAKEOVER_PERIOD = 600_000;
const TAKEN_OVER: Refusal = {
  trouble: 'takenOver',
  detail: 'another client connects with the same client id',
};

/** Recognizes that another client uses this one's client id. */
export interface Takeovers {
  /**
   * A connection has ended. `suspect`: it was lost soon after CONNACK, which with MQTT 3.1.1, and some brokers, is how
   * a takeover looks. Returns the refusal to report when it has happened too often, otherwise `undefined`.
   */
  ended(refusal: Refusal, suspect: boolean): Refusal | undefined;
  /** The last end had another reason, so it does not count. */
  forgive(): void;
}

/** `randomClientId`: no other client has this one's id by accident, so a lost connection is no takeover. */
export function createTakeovers(randomClientId: boolean): Takeovers {
  let times: number[] = [];
  return {
    ended({ trouble }, suspect) {
      if (trouble !== 'takenOver' && !(suspect && !randomClientId)) return undefined;
      const now = performance.now();
      times = [...times.filter((at) => now - at < TAKEOVER_PERIOD), now];
      return times.length >= TAKEOVERS ? TAKEN_OVER : undefined;
    },
    forgive() {
      times = times.slice(0, -1);
    },
  };
}
