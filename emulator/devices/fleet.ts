import type { Kind } from './device';

export interface FleetOptions {
  /** Milliseconds within which all but the slow ones answer. */
  delay: number;
  /** The same seed draws the same delays, whatever the order of the commands. */
  seed: number;
}

/** Share of the fleet that is slow: each of their answers takes three to eight times `delay`. */
const SLOW = 0.02;
/** Intervals between two reports of one device; the fleet spreads them. */
const REPORT_EVERY = 30;

/** `DU_fleet00001` for 1. */
export const fleetUsername = (number: number): string => `DU_fleet${String(number).padStart(5, '0')}`;

/** One of the street lamps of the fleet: it answers each command after a random delay. */
export function fleetDevice(number: number, { delay, seed }: FleetOptions): Kind {
  const random = seeded(seed * 100_003 + number);
  const slow = random() < SLOW;
  return {
    username: fleetUsername(number),
    behave(device) {
      let level = 100;
      const report = () => device.send('attributes', { level });
      return {
        tick: (count) => count % REPORT_EVERY === number % REPORT_EVERY && report(),
        replyDelay: () => Math.round(delay * (slow ? 3 + 5 * random() : 0.05 + 0.95 * random())),
        commands: {
          dim({ value }) {
            if (typeof value !== 'number' || !(value >= 0 && value <= 100)) {
              return { error: 'value must be a number from 0 to 100' };
            }
            level = value;
            device.later(0, report);
            return { level };
          },
          ping: () => ({ pong: true }),
        },
      };
    },
  };
}

/** Numbers from 0 to below 1 that a seed repeats. Source: mulberry32, public domain. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
