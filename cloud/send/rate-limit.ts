import { performance } from 'node:perf_hooks';

/** Milliseconds by which a timer may be late without lowering the rate. */
const LATENESS = 10;

/** Lets a number of messages pass each second, evenly spread. */
export interface RateLimiter {
  /** Whether the next may pass now; if not, `retry` is called when it may. */
  next(retry: () => void): boolean;
  stop(): void;
}

/** `rate`: messages per second; 0 = no limit. */
export function createRateLimiter(rate: number): RateLimiter {
  let due = 0;
  let timer: NodeJS.Timeout | undefined;
  return {
    next(retry) {
      if (rate === 0) return true;
      const now = performance.now();
      if (now < due) {
        timer ??= setTimeout(() => {
          timer = undefined;
          retry();
        }, due - now);
        return false;
      }
      due = (now - due < LATENESS ? due : now) + 1000 / rate;
      return true;
    },
    stop: () => clearTimeout(timer),
  };
}
