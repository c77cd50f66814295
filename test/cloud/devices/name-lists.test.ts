import should from 'should';
import { createNameLists, indexIn, type NameList } from '../../../cloud/devices/name-lists';

describe('lists of names', () => {
  const numbered = (count: number) => Array.from({ length: count }, (_, i) => `name ${i}`);

  it('are one for all that have the same names in the same order', () => {
    const lists = createNameLists({ left: 10_000 });
    const one = lists.extend(lists.none, ['a', 'b']);
    should(lists.extend(lists.none, ['a', 'b'])).equal(one);
    should(lists.extend(lists.extend(lists.none, ['a']) as NameList, ['b'])).equal(one);
    should(lists.extend(lists.none, ['b', 'a'])).not.equal(one);
    should(lists.extend(lists.none, ['a,b'])).not.equal(one);
  });

  it('are held while somebody uses them, and give back what they took', () => {
    const budget = { left: 10_000 };
    const lists = createNameLists(budget);
    const short = lists.extend(lists.none, ['a']) as NameList;
    lists.extend(lists.none, ['a']);
    const taken = budget.left;
    should(taken).be.below(10_000);
    lists.release(short);
    should(budget.left).equal(taken);
    const long = lists.extend(short, ['b']) as NameList; // its last user has gone on to the longer one
    should(budget.left).equal(10_000 - long.size);
    lists.release(long);
    lists.release(lists.none);
    should(budget.left).equal(10_000);
  });

  it('without room for more stay as they are', () => {
    const lists = createNameLists({ left: 1_000 });
    const one = lists.extend(lists.none, ['a']) as NameList;
    should(lists.extend(one, numbered(100))).be.undefined();
    should([one.names, one.users]).deepEqual([['a'], 1]);
    should(lists.extend(one, ['b'])?.names).deepEqual(['a', 'b']);
  });

  for (const count of [3, 100]) {
    it(`of ${count} find each name, wherever it is looked for first`, () => {
      const lists = createNameLists({ left: 100_000 });
      const names = [...numbered(count - 2), '__proto__', 'constructor'];
      const list = lists.extend(lists.none, names) as NameList;
      for (const [i, name] of names.entries())
        for (const guess of [0, i, count - 1, count, 10 * count]) should(indexIn(list, name, guess)).equal(i);
      for (const name of ['toString', 'name', '']) should(indexIn(list, name)).equal(-1);
    });
  }
});
