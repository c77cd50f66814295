import { performance } from 'node:perf_hooks';

/** Milliseconds that a timer or a busy moment may come late without slowing the rate down. */
const LATENESS = 10;

/** Lets so many a second pass, evenly spread. */
export interface RateLimiter {
  /** Whether the next may pass now; if not, `again` is called when it may. */
  next(again: () => void): boolean;
  stop(): void;
}

/** `rate`: per second; 0 for as many as come. */
export function createRateLimiter(rate: number): RateLimiter {
  let due = 0;
  let timer: NodeJS.Timeout | undefined;
  return {
    next(again) {
      if (rate === 0) return true;
      const now = performance.now();
      if (now < due) {
        timer ??= setTimeout(() => {
          timer = undefined;
          again();
        }, due - now);
        return false;
      }
      due = (now - due < LATENESS ? due : now) + 1000 / rate;
      return true;
    },
    stop: () => clearTimeout(timer),
  };
}
