import os from 'node:os';
import { performance } from 'node:perf_hooks';
import { bootId } from '../storage/boot';

/** Milliseconds between the clocks that are ignored: uptime counts whole seconds on some systems. */
const NOISE = 2_000;
/** Milliseconds by which the wall clock leaps, at least, when the machine wakes up. */
const LEAP = 500;
/** The wall clock is read this often (ms) at most: going to sleep and waking up takes longer. */
const LOOK_EVERY = 10;
/** The clocks are compared anew this often (ms), so that slow drift does not add up. */
const COMPARED_EVERY = 60_000;

/**
 * A clock in milliseconds that goes on while the machine sleeps. `performance.now()` stands still during sleep. The
 * wall clock leaps after sleep, but also when it is set (a Pi without a battery-backed clock starts in the past).
 * Uptime counts sleep and cannot be set. Reading it is a system call, so it is read only when the wall clock leaps.
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

/** When a message was accepted, in a form that a later process can use. */
export interface Accepted {
  /** Milliseconds since the epoch, by the wall clock at that time. */
  time: number;
  /** Milliseconds that the machine had been up. */
  uptime: number;
  /** Identifies the start of the machine; `''` where the system does not tell (only Linux does). */
  boot: string;
}

export const acceptedNow = (): Accepted => ({ time: Date.now(), uptime: uptime(), boot: bootId });

/**
 * Milliseconds since `accepted`. Within one start of the machine they come from uptime, whatever happens to the wall
 * clock. After another start, or where the system does not identify starts, they come from the wall clock. If that
 * gives a time in the future, one of the two times is wrong, and the age is their difference.
 */
export function ageOf({ time, uptime: then, boot }: Accepted): number {
  const since = uptime() - then;
  return boot !== '' && boot === bootId && since >= 0 ? since : Math.abs(Date.now() - time);
}

/** Whether `accepted` is in the future by the wall clock, which may not have been set yet. */
export const isFromTheFuture = (accepted: Accepted): boolean =>
  accepted.time > Date.now() && ageOf(accepted) === Math.abs(Date.now() - accepted.time);

/** Milliseconds; of the wall clock where a sandbox hides the uptime of the machine. */
function uptime(): number {
  try {
    return os.uptime() * 1000;
  } catch {
    return Date.now(); // e.g. Android
  }
}
