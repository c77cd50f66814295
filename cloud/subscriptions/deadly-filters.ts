import { performance } from 'node:perf_hooks';

/** After so many hang-ups on a filter that was asked for alone, it is not asked for again soon. */
const DEADLY = 3;
/** Milliseconds until it is asked for again; doubled each time. */
const FIRST_PAUSE = 60_000;
const LONGEST_PAUSE = 3_600_000;

/**
 * Filters on which the broker hangs up instead of refusing them, e.g. because of its access rules. They are found and
 * set aside: otherwise every new connection would end in the same way.
 */
export interface DeadlyFilters {
  /** Whether filters must be asked for one at a time, to find the one that ends the connection. */
  readonly cautious: boolean;
  /** Whether `filter` must not be asked for now. */
  isDeadly(filter: string): boolean;
  asking(filter: string): void;
  /** The broker has answered for `filter`. */
  answered(filter: string): void;
  /** The broker has answered for every filter. */
  calm(): void;
  /** The connection has ended. `hungUp`: by the broker. Returns whether a filter was unanswered then. */
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
