import fc from 'fast-check';
import should from 'should';
import { EztError } from '../../../cloud/protocol/errors';
import { createTurns, type Turn, type Turns } from '../../../cloud/send/turns';
import { type Clock, stopClock } from './clock';
import { rejection, turn } from './settling';

describe('turns', () => {
  const [one, two] = [{}, {}];
  let clock: Clock;
  let turns: Turns;
  let begun: number[];
  /** Those that had to wait. */
  let late: Set<number>;
  let settle: Map<number, { resolve: () => void; reject: (error: Error) => void }>;
  beforeEach(() => {
    clock = stopClock();
    turns = createTurns(2, 3);
    begun = [];
    late = new Set();
    settle = new Map();
  });
  afterEach(() => clock.restore());

  const ofList = { ofList: true };
  const take = (n: number, owner: object = one, turn: Turn = ofList) =>
    turns.take(
      (waited) => {
        begun.push(n);
        if (waited) late.add(n);
        return new Promise<void>((resolve, reject) => settle.set(n, { resolve, reject }));
      },
      turn,
      owner,
    );
  const to = (device: string, ofList = false): Turn => ({ ofList, device });

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
    turns.take(() => Promise.resolve(begun.push(4)), ofList, one).catch(() => undefined);
    clock.pass(60_000);
    settle.get(1)?.reject(new EztError('expired', { seconds: 60 }));
    (await first).code.should.equal('EZT_EXPIRED');
    await turn();
    // The one that came a moment later gets its own time.
    should([begun, turns.size()]).deepEqual([[1, 2, 4], 0]);
    (await waited).message.should.equal(new EztError('expired', { seconds: 60 }).message);
  });

  it('10,000 of them take a moment', async () => {
    const all = Array.from({ length: 10_000 }, (_, n) =>
      turns.take(async () => void begun.push(n), ofList, one),
    );
    await Promise.all(all);
    should(begun).deepEqual([...begun.keys()]);
  });

  it('leave no room for a further message when as many wait as may; a list is not refused for its length', async () => {
    const all = Array.from({ length: 4 }, (_, n) => take(n));
    should(() => turns.checkRoom()).not.throw();
    all.push(take(4), take(5));
    should(() => turns.checkRoom()).throw(EztError, { code: 'EZT_QUEUE_FULL' });
    for (let n = 0; n < all.length; n += 1) {
      settle.get(n)?.resolve();
      await turn();
    }
    await Promise.all(all);
    should(() => turns.checkRoom()).not.throw();
  });

  describe('of a device', () => {
    it('are taken one after the other, whatever becomes of each; other devices do not wait', async () => {
      const failed = rejection(take(1, one, to('DU_1')));
      const all = [take(2, two, to('DU_1')), take(3, one, to('DU_2')), take(4, one, to('DU_1'))];
      should([begun, turns.size(), turns.size(two)]).deepEqual([[1, 3], 2, 1]);
      settle.get(1)?.reject(new EztError('replyTimeout', { device: 'DU_1', seconds: 1 }));
      await failed;
      should([begun, turns.size()]).deepEqual([[1, 3, 2], 1]);
      settle.get(2)?.resolve();
      await all[0];
      for (const n of [3, 4]) settle.get(n)?.resolve();
      await Promise.all(all);
      should([begun, [...late]]).deepEqual([
        [1, 3, 2, 4],
        [2, 4],
      ]);
      void take(5, one, to('DU_1'));
      should(begun.at(-1)).equal(5);
    });

    it('of a list: one that waits for its device takes no turn from other devices', async () => {
      const list = (device: string) => to(device, true);
      const all = [take(1, one, list('DU_1')), take(2, one, list('DU_1')), take(3, one, list('DU_2'))];
      should([begun, turns.size()]).deepEqual([[1, 3], 1]);
      all.push(take(4, one, list('DU_3')));
      settle.get(1)?.resolve();
      await turn();
      // The project has one turn for two of them: the third device was there first.
      should([begun, turns.size()]).deepEqual([[1, 3, 4], 1]);
      for (const n of [3, 4, 2]) {
        settle.get(n)?.resolve();
        await turn();
      }
      await Promise.all(all);
    });

    it('end with EZT_CLOSED for one owner, and the next owner’s comes', async () => {
      const first = take(1, two, to('DU_1'));
      const closed = rejection(take(2, one, to('DU_1')));
      const next = take(3, two, to('DU_1'));
      turns.close(one);
      (await closed).reason.should.equal('closed');
      settle.get(1)?.resolve();
      await first;
      settle.get(3)?.resolve();
      await next;
      should([begun, turns.size()]).deepEqual([[1, 3], 0]);
    });

    it('end with EZT_EXPIRED for those that have waited as long as one that found no connection', async () => {
      const first = rejection(take(1, one, to('DU_1')));
      const second = rejection(take(2, one, to('DU_1')));
      settle.get(1)?.reject(new EztError('expired', { seconds: 60 }));
      should([(await first).reason, (await second).reason]).deepEqual(['expired', 'expired']);
      should([begun, turns.size()]).deepEqual([[1], 0]);
    });

    it('law: never two at a time for a device, in order, all of them, whichever ends when', () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.nat(2), fc.boolean(), fc.nat(3)), { maxLength: 40 }),
          async (steps) => {
            turns = createTurns(2, 1000);
            begun = [];
            const ended = new Set<number>();
            const deviceOf = steps.map(([device]) => device);
            const open = () => begun.filter((n) => !ended.has(n));
            async function end(count: number) {
              for (const n of open().slice(0, count)) {
                ended.add(n);
                settle.get(n)?.resolve();
              }
              await turn();
              should(new Set(open().map((n) => deviceOf[n])).size).equal(open().length);
            }
            for (const [n, [device, ofList, ends]] of steps.entries()) {
              void take(n, one, { ofList, device: `DU_${device}` });
              await end(ends);
            }
            while (open().length > 0) await end(1);
            for (const device of new Set(deviceOf)) {
              const inOrder = [...deviceOf.keys()].filter((n) => deviceOf[n] === device);
              should(begun.filter((n) => deviceOf[n] === device)).deepEqual(inOrder);
            }
            turns.size().should.equal(0);
          },
        ),
      ));
  });
});
