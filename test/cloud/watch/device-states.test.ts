import should from 'should';
import { statesIn, timeIn } from '../../../cloud/watch/device-states';

describe('what a watch remembers of devices', () => {
  const read = ({ since }: Readonly<Record<string, unknown>>) =>
    typeof since === 'number' ? { since } : undefined;

  it('is what the same mode has stored of the same devices; the rest is removed', () => {
    const state = new Map<string, unknown>([
      ['DU_1', { mode: 'alarm', since: 1 }],
      ['DU_2', { mode: 'silence', since: 1 }],
      ['DU_3', { mode: 'alarm', since: 'x' }],
      ['DU_4', null],
      ['DU_5', { mode: 'alarm', since: 5 }],
      ['__proto__', { mode: 'alarm', since: 6 }],
    ]);
    const all = statesIn(state, 'alarm', [], read);
    should(all.all()).deepEqual([
      ['DU_1', { since: 1 }],
      ['DU_5', { since: 5 }],
      ['__proto__', { since: 6 }],
    ]);
    const named = statesIn(state, 'alarm', ['DU_1', 'DU_9'], read);
    should([...state.keys()]).deepEqual(['DU_1']);
    named.set('DU_9', { since: 9 });
    should([named.get('DU_9'), state.get('DU_9')]).deepEqual([{ since: 9 }, { mode: 'alarm', since: 9 }]);
    named.delete('DU_1');
    should(named.all()).deepEqual([['DU_9', { since: 9 }]]);
  });

  it('has times since the epoch, and nothing else in their place', () => {
    should([timeIn(0), timeIn(1.7e12)]).deepEqual([0, 1.7e12]);
    for (const odd of [undefined, null, '5', -1, Number.NaN, Number.POSITIVE_INFINITY, {}])
      should(timeIn(odd)).be.undefined();
  });
});
