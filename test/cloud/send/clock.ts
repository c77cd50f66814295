import { performance } from 'node:perf_hooks';

/** A clock that stands until `pass` moves it: for timers and `performance.now`. `restore` it after the test. */
export function stopClock() {
  let now = 1_000_000;
  const timers = new Map<object, { at: number; run: () => void }>();
  // Not node:test's mocks: they keep every call, which no test of an hour's traffic survives.
  const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  Object.assign(performance, { now: () => now });
  Object.assign(globalThis, {
    setTimeout(run: () => void, ms: number) {
      const timer = {};
      timers.set(timer, { at: now + Math.max(1, Math.trunc(ms)), run });
      return timer;
    },
    clearTimeout: (timer: object) => void timers.delete(timer),
  });

  return {
    now: () => now,
    /** Timers that are set. */
    timers: () => timers.size,
    /** Lets `ms` milliseconds pass: what is due happens in order. */
    pass(ms: number) {
      const end = now + ms;
      for (;;) {
        const [next] = [...timers].sort(([, a], [, b]) => a.at - b.at);
        if (!next || next[1].at > end) break;
        const [timer, { at, run }] = next;
        timers.delete(timer);
        now = at;
        run();
      }
      now = end;
    },
    restore() {
      Object.assign(globalThis, real);
      Reflect.deleteProperty(performance, 'now'); // its own, above the prototype's
    },
  };
}

export type Clock = ReturnType<typeof stopClock>;
