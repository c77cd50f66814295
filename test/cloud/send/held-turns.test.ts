import should from 'should';
import { EztError } from '../../../cloud/protocol/errors';
import { rejection, turn } from './settling';
import { storeOf, type Waits, withHeld } from './with-held';

describe('held commands that wait for their turn once the device is heard', () => {
  const { world, owner, create, hold, waitsForTurn } = withHeld();

  it('are held on when the device goes offline again, in their old place', async () => {
    const held = create();
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(waitsForTurn) as [Waits, Waits, Waits, Waits];
    const all = [hold(held, 'a', a), hold(held, 'b', b)];
    world.online.add('DU_1');
    held.release('DU_1');
    all.push(hold(held, 'c', c)); // never held so far
    world.online.clear();
    all.push(hold(held, 'd', d));
    for (const each of [b, c, a]) await each.call();
    should([held.size(), world.sent, [...world.heard.keys()]]).deepEqual([4, [], ['DU_1']]);
    world.online.add('DU_1');
    world.heard.get('DU_1')?.();
    for (const each of [a, b, c, d]) await each.call();
    should(await Promise.all(all)).deepEqual(['a', 'b', 'c', 'd']);
    should([world.sent, held.size(), world.clock.timers()]).deepEqual([['a', 'b', 'c', 'd'], 0, 0]);
  });

  it('that are held on have the rest of their time, and give way to newer ones', async () => {
    const held = create();
    const [a, b] = [waitsForTurn('a1'), waitsForTurn('b1')];
    const late = rejection(hold(held, 'a1', a));
    const old = hold(held, 'b1', { ...b, replaces: true });
    world.online.add('DU_1');
    held.release('DU_1');
    world.online.clear();
    const newer = hold(held, 'b2', { replaces: true });
    world.clock.pass(600);
    for (const each of [a, b]) await each.call();
    should([await old, held.size(), held.replaced]).deepEqual([undefined, 2, 1]);
    world.clock.pass(399);
    should(held.size()).equal(2);
    held.release('DU_1');
    should(await newer).equal('b2');
    await a.call();
    world.clock.pass(1);
    (await late).should.match({ code: 'EZT_DEVICE_OFFLINE', params: { seconds: 1 } });
  });

  it('that are closed while they wait for their turn are held on, and sent once', async () => {
    const stored = new Map<string, string>();
    const held = create({ store: storeOf(stored).store });
    const waits = waitsForTurn('a');
    const error = rejection(hold(held, 'a', waits));
    await turn();
    await turn();
    held.release('DU_1');
    await waits.call(new EztError('closed'));
    (await error).reason.should.equal('closedHeld');
    should([held.size(), held.size(owner), [...stored.values()]]).deepEqual([1, 0, ['a']]);
    world.heard.get('DU_1')?.();
    await turn();
    should([world.sent, stored.size, held.size()]).deepEqual([['a'], 0, 0]);
  });

  it('that are held on have one file each, also if they were released while it was being written', async () => {
    const stored = new Map<string, string>();
    const held = create({ store: storeOf(stored).store });
    const waits = waitsForTurn('a');
    const one = hold(held, 'a', waits);
    held.release('DU_1');
    await waits.call();
    await turn();
    should([[...stored.values()], held.size()]).deepEqual([['a'], 1]);
    world.online.add('DU_1');
    held.release('DU_1');
    await waits.call();
    should([await one, stored.size]).deepEqual(['a', 0]);
  });

  it('that are held on when all is closed stay there', async () => {
    const stored = new Map<string, string>();
    const held = create({ store: storeOf(stored).store });
    const waits = waitsForTurn('a');
    const error = rejection(hold(held, 'a', waits));
    await turn();
    await turn();
    held.release('DU_1');
    await held.close();
    await waits.call();
    (await error).reason.should.equal('closedHeld');
    should([[...stored.values()], world.clock.timers(), world.heard.size]).deepEqual([['a'], 0, 0]);
  });
});
