import os from 'node:os';
import { performance } from 'node:perf_hooks';
import { bootId } from '../storage/boot';

/** Clocks that drift apart by less (ms) are looked at no further: uptime counts whole seconds on some systems. */
const NOISE = 2_000;
/** The wall clock leaps by at least so much (ms) when the machine wakes up. */
const LEAP = 500;
/** So often (ms) at most the wall clock is looked at: going to sleep and waking up takes longer. */
const LOOK_EVERY = 10;
/** Slow drift between the clocks is forgotten this often (ms). */
const COMPARED_EVERY = 60_000;

/**
 * Milliseconds that pass while the machine sleeps, too. `performance.now()` stands still in a sleep; the wall clock
 * leaps after one, but also when it is set (a Pi without a clock of its own starts in the past). Uptime tells the two
 * apart: it counts sleep and cannot be set. Reading it costs a system call, so it is read when the wall clock leaps.
 */
export interface AgeClock {
  now(): number;
}

export function createAgeClock(): AgeClock {
  let asleep = 0;
  let last = compare();
  let looked = last.running;

  function compare() {
    const running = performance.now();
    return { running, wall: Date.now() - running, uptime: uptime() - running };
  }

  return {
    now() {
      const running = performance.now();
      if (running - looked < LOOK_EVERY) return running + asleep;
      looked = running;
      const leap = Math.abs(Date.now() - running - last.wall) > LEAP;
      if (leap || running - last.running > COMPARED_EVERY) {
        const next = compare();
        const slept = next.uptime - last.uptime;
        if (slept > NOISE) asleep += slept;
        last = next;
      }
      return running + asleep;
    },
  };
}

/** When a message was accepted, as a later process can read it. */
export interface Accepted {
  /** Milliseconds since the epoch, by the wall clock of then. */
  time: number;
  /** Milliseconds that the machine had been up. */
  uptime: number;
  /** Which start of the machine that was; `''` where the system does not say. */
  boot: string;
}

export const acceptedNow = (): Accepted => ({ time: Date.now(), uptime: uptime(), boot: bootId });

/**
 * Milliseconds since `accepted`. Within one start of the machine uptime knows, whatever happens to the wall clock.
 * After another start, or where starts have no name (only Linux has), there is the wall clock alone: what it dates
 * into the future is as old as the two times differ, since nobody can say which of them is wrong.
 */
export function ageOf({ time, uptime: then, boot }: Accepted): number {
  const since = uptime() - then;
  return boot !== '' && boot === bootId && since >= 0 ? since : Math.abs(Date.now() - time);
}

/** Whether the wall clock says that it has not come to `accepted` yet: it may still be set right. */
export const isFromTheFuture = (accepted: Accepted): boolean =>
  accepted.time > Date.now() && ageOf(accepted) === Math.abs(Date.now() - accepted.time);

/** Milliseconds; those of the wall clock where a sandbox hides the machine's uptime. */
function uptime(): number {
  try {
    return os.uptime() * 1000;
  } catch {
    return Date.now(); // e.g. Android
  }
}
