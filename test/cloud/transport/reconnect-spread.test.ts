import { retryDelay } from '../../../cloud/transport/backoff';

/** Mulberry32: the same numbers on every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** When each of `count` clients connects that lost its broker at 0 s and finds it again at `outage` s, in seconds. */
function returns(count: number, outage: number, random: () => number): number[] {
  return Array.from({ length: count }, () => {
    let now = 0;
    for (let attempt = 1; ; attempt += 1) {
      now += retryDelay(attempt, false, random) / 1000;
      if (now >= outage) return now;
    }
  });
}

describe('transport: reconnecting after an outage', () => {
  for (const outage of [60, 600, 3600]) {
    it(`100 clients return spread out: 15 % at most in any second, after ${outage} s (case 11)`, () => {
      const busiest = Array.from({ length: 300 }, (_, seed) => {
        const times = returns(100, outage, seeded(seed)).sort((a, b) => a - b);
        (times.at(-1) ?? Number.POSITIVE_INFINITY).should.be.belowOrEqual(outage + 30);
        return Math.max(...times.map((start, i) => times.slice(i).filter((time) => time < start + 1).length));
      }).sort((a, b) => a - b);
      // Chance alone may put a few more into the worst second of a hundred outages.
      (busiest[Math.floor(0.95 * busiest.length)] ?? 100).should.be.belowOrEqual(15);
      (busiest.at(-1) ?? 100).should.be.belowOrEqual(20);
    });
  }
});
