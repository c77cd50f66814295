import should from 'should';
import { EztError } from '../../../cloud/protocol/errors';
import { createTurns, type Turns } from '../../../cloud/send/turns';
import { type Clock, stopClock } from './clock';
import { rejection, turn } from './settling';

describe('turns', () => {
  const [one, two] = [{}, {}];
  let clock: Clock;
  let turns: Turns;
  let begun: number[];
  let settle: Map<number, { resolve: () => void; reject: (error: Error) => void }>;
  beforeEach(() => {
    clock = stopClock();
    turns = createTurns(2);
    begun = [];
    settle = new Map();
  });
  afterEach(() => clock.restore());

  const take = (n: number, owner: object = one) =>
    turns.take(() => {
      begun.push(n);
      return new Promise<void>((resolve, reject) => settle.set(n, { resolve, reject }));
    }, owner);

  it('are taken in order, no more at a time than allowed', async () => {
    const all = [1, 2, 3, 4].map((n) => take(n));
    should([begun, turns.size()]).deepEqual([[1, 2], 2]);
    settle.get(2)?.resolve();
    await all[1];
    await turn();
    should([begun, turns.size()]).deepEqual([[1, 2, 3], 1]);
    settle.get(1)?.reject(new Error('failed'));
    await should(all[0]).be.rejectedWith('failed');
    should([begun, turns.size()]).deepEqual([[1, 2, 3, 4], 0]);
  });

  it('end with EZT_CLOSED for one owner, or all; what is in flight goes on', async () => {
    const all = [take(1), take(2), take(3), take(4, two), take(5)];
    const errors = [all[2], all[4]].map((each) => rejection(each as Promise<void>));
    turns.close(one);
    for (const error of await Promise.all(errors)) error.code.should.equal('EZT_CLOSED');
    should([turns.size(one), turns.size(two)]).deepEqual([0, 1]);
    const last = rejection(all[3] as Promise<void>);
    turns.close();
    (await last).reason.should.equal('closed');
    for (const n of [1, 2]) settle.get(n)?.resolve();
    await Promise.all([all[0], all[1]]);
    begun.should.deepEqual([1, 2]);
  });

  it('end with EZT_EXPIRED for those that have waited as long as one that found no connection', async () => {
    const first = rejection(take(1));
    void take(2);
    const waited = rejection(take(3));
    clock.pass(1);
    turns.take(() => Promise.resolve(begun.push(4)), one).catch(() => undefined);
    clock.pass(60_000);
    settle.get(1)?.reject(new EztError('expired', { seconds: 60 }));
    (await first).code.should.equal('EZT_EXPIRED');
    await turn();
    // The one that came a moment later gets its own time.
    should([begun, turns.size()]).deepEqual([[1, 2, 4], 0]);
    (await waited).message.should.equal(new EztError('expired', { seconds: 60 }).message);
  });

  it('10,000 of them take a moment', async () => {
    const all = Array.from({ length: 10_000 }, (_, n) => turns.take(async () => void begun.push(n), one));
    await Promise.all(all);
    should(begun).deepEqual([...begun.keys()]);
  });
});
