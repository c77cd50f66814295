import { performance } from 'node:perf_hooks';

/** The times that a watch goes by, in milliseconds. */
export interface Clock {
  /** Since the epoch, for what people are told and for what survives a restart. */
  wall(): number;
  /** Of this process: nothing that sets the wall clock moves it, so no device falls silent by that. */
  running(): number;
  /** Calls `run` once, after `ms`; returns how to prevent that. */
  after(ms: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  wall: () => Date.now(),
  running: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
