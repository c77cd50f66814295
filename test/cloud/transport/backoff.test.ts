import 'should';
import fc from 'fast-check';
import { retryDelay } from '../../../cloud/transport/backoff';

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const attempt = fc.integer({ min: 1, max: 2 ** 31 });

describe('backoff', () => {
  it('waits 0.2 s to 30 s, whatever the attempt', () => {
    fc.assert(
      fc.property(attempt, chance, (n, random) => {
        retryDelay(n, false, () => random).should.be.within(200, 30_000);
      }),
    );
  });

  it('waits no longer than 1, 2, 4, 8, 16, 30, 30 … s', () => {
    const longest = [1, 2, 3, 4, 5, 6, 7, 1000].map((n) => retryDelay(n, false, () => 1));
    longest.should.eql([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('spreads over the whole delay', () => {
    const delays = [0.1, 0.5, 0.9].map((random) => retryDelay(6, false, () => random));
    delays.should.eql([3000, 15_000, 27_000]);
  });

  it('waits one to two minutes for a person, whatever the attempt', () => {
    fc.assert(
      fc.property(attempt, chance, (n, random) => {
        retryDelay(n, true, () => random).should.be.within(60_000, 120_000);
      }),
    );
  });
});
