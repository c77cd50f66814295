import { performance } from 'node:perf_hooks';

/** A filter on which the broker hung up so many times, each time alone, is not asked for again soon. */
const DEADLY = 3;
/** Milliseconds; twice as long each time, an hour at most. */
const FIRST_PAUSE = 60_000;
const LONGEST_PAUSE = 3_600_000;

/**
 * Filters on which a broker hangs up instead of answering: its access rules may say so, or it answers with a reason
 * code that mqtt.js does not take. Without this a connection would never come up again.
 */
export interface DeadlyFilters {
  /** One filter must be asked for at a time, so that it is known which one it is. */
  readonly cautious: boolean;
  /** Whether this one is not to be asked for now. */
  isDeadly(filter: string): boolean;
  asking(filter: string): void;
  /** The broker has answered for this one. */
  answered(filter: string): void;
  /** The broker has answered for everything. */
  calm(): void;
  /** The connection is gone. Returns whether the broker `hungUp` instead of answering. */
  ended(hungUp: boolean): boolean;
}

export function createDeadlyFilters(): DeadlyFilters {
  let cautious = false;
  const unanswered = new Set<string>();
  const deadly = new Map<string, { times: number; until: number }>();
  return {
    get cautious() {
      return cautious;
    },
    isDeadly(filter) {
      const { until = 0 } = deadly.get(filter) ?? {};
      return performance.now() < until;
    },
    asking(filter) {
      unanswered.add(filter);
    },
    answered(filter) {
      unanswered.delete(filter);
      deadly.delete(filter);
    },
    calm() {
      cautious = false;
    },
    ended(hungUp) {
      const [first, ...others] = unanswered;
      unanswered.clear();
      if (!hungUp || first === undefined) return false;
      cautious = true;
      if (others.length === 0) {
        const times = (deadly.get(first)?.times ?? 0) + 1;
        const pause = times < DEADLY ? 0 : Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (times - DEADLY));
        deadly.set(first, { times, until: performance.now() + pause });
      }
      return true;
    },
  };
}
