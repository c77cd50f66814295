import fc from 'fast-check';
import should from 'should';
import { inSlices, ownTurn, sortedInSlices } from '../../../cloud/devices/slices';

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Counts the turns of the event loop from now on. */
function countTurns() {
  let turns = 0;
  let counting = true;
  const count = () => {
    turns += 1;
    if (counting) setImmediate(count);
  };
  setImmediate(count);
  return () => {
    counting = false;
    return turns;
  };
}

describe('going through much in slices', () => {
  it('lets the event loop turn at least once for every thousand items', async () => {
    const stop = countTurns();
    const seen: number[] = [];
    await inSlices(numbers(100_000), (item) => seen.push(item));
    should(stop()).be.aboveOrEqual(99);
    should(seen).deepEqual(numbers(100_000));
  });

  it('does not wait for what fits into one slice', () => {
    const seen: number[] = [];
    void inSlices(numbers(10), (item) => seen.push(item));
    should(seen.length).equal(10);
  });

  it('lets the event loop turn after an item that takes long, however few there are', async () => {
    const stop = countTurns();
    await inSlices(numbers(5), () => {
      const until = performance.now() + 11;
      while (performance.now() < until);
    });
    should(stop()).be.aboveOrEqual(4);
  });

  it('gives two at the same time a turn each', async () => {
    const order: string[] = [];
    const go = (who: string) => inSlices(numbers(4), () => order.push(who), ownTurn, 1);
    const turns = countTurns();
    await Promise.all([go('a'), go('b')]);
    should(order).deepEqual(['a', 'b', 'a', 'b', 'a', 'b', 'a', 'b']);
    should(turns()).be.aboveOrEqual(6);
  });

  it('ends where the turn rejects', async () => {
    const seen: number[] = [];
    let turns = 0;
    const turn = () => (++turns === 3 ? Promise.reject(new Error('closed')) : Promise.resolve());
    await should(inSlices(numbers(10), (item) => seen.push(item), turn, 2)).be.rejectedWith('closed');
    should(seen).deepEqual(numbers(6));
  });

  it('ends with the error of an item', async () => {
    const broken = inSlices(numbers(3), () => {
      throw new Error('broken');
    });
    await should(broken).be.rejectedWith('broken');
  });

  it('sorts in slices, too', async () => {
    const items = numbers(100_000).map((i) => String((i * 7919) % 100_000).padStart(5, '0'));
    const stop = countTurns();
    const sorted = await sortedInSlices(items, (item) => item);
    should(stop()).be.aboveOrEqual(99);
    should(sorted).deepEqual([...items].sort());
  });

  it('law: sorted as by Array.sort, each key once and the first of its items', async () => {
    const some = fc.array(fc.record({ key: fc.string({ maxLength: 3 }), n: fc.nat() }), { maxLength: 50 });
    await fc.assert(
      fc.asyncProperty(some, fc.integer({ min: 0, max: 1_500 }), async (rows, more) => {
        const items = [...numbers(more).map((n) => ({ key: `k${n % 700}`, n })), ...rows];
        const first = new Map<string, (typeof items)[number]>();
        for (const item of items) if (!first.has(item.key)) first.set(item.key, item);
        const expected = [...first.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
        should(await sortedInSlices(items, ({ key }) => key)).deepEqual(expected);
      }),
      { numRuns: 50 },
    );
  });
});
