import 'should';
import { growth, median, type Sample } from './sample';

const flat: Sample = {
  at: 0,
  heap: 30e6,
  external: 5e6,
  rss: 90e6,
  timers: 12,
  handles: 4,
  listeners: 20,
  cpu: 1,
};
const run = (change: (i: number) => Partial<Sample> = () => ({})) =>
  Array.from({ length: 40 }, (_, i) => ({ ...flat, ...change(i) }));

describe('soak: judging samples', () => {
  it('finds nothing in a flat run', () => growth(run()).should.deepEqual([]));

  it('forgives a warm-up, and what comes and goes', () => {
    growth(run((i) => (i < 10 ? { heap: 10e6, timers: 3 } : {}))).should.deepEqual([]);
    growth(run((i) => (i % 7 === 0 ? { heap: 45e6 } : {}))).should.deepEqual([]);
  });

  for (const [what, step] of [
    ['heap', 200_000],
    ['external', 100_000],
    ['timers', 1],
    ['handles', 1],
    ['listeners', 1],
  ] as const) {
    it(`finds ${what} that grow by ${step} a sample`, () => {
      const found = growth(run((i) => ({ [what]: flat[what] + i * step })));
      found.should.have.length(1);
      (found[0] ?? '').should.startWith(`${what} grew from`);
    });
  }

  it('finds a single handle that stays', () => {
    growth(run((i) => (i > 25 ? { handles: 5 } : {}))).should.deepEqual(['handles grew from 4 to 5']);
  });

  it('does not judge a handful of samples', () => {
    (() => growth(run().slice(0, 3))).should.throw(/too few/);
  });

  it('takes the lower of two middle numbers as the median', () => median([4, 1, 3, 2]).should.equal(2));
});
