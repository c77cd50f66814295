import should from 'should';
import { EztError } from '../../../cloud/protocol/errors';
import type { HeldStore } from '../../../cloud/send/held-store';
import { rejection, turn } from './settling';
import { left, storeOf, withHeld } from './with-held';

describe('held commands', () => {
  const { world, owner, create, hold } = withHeld();

  it('are sent when the device is heard: in order, once, the others’ not', async () => {
    const held = create();
    const all = [hold(held, 'a'), hold(held, 'b'), hold(held, 'c', { device: 'DU_2' })];
    should([held.size(), held.size(owner), world.heard.size]).deepEqual([3, 3, 2]);
    world.heard.get('DU_1')?.();
    should([world.sent, held.size(), [...world.heard.keys()]]).deepEqual([['a', 'b'], 1, ['DU_2']]);
    should(await Promise.all(all.slice(0, 2))).deepEqual(['a', 'b']);
    held.release('DU_1');
    held.release('DU_2');
    should([world.sent, await all[2], world.clock.timers()]).deepEqual([['a', 'b', 'c'], 'c', 0]);
  });

  it('end with EZT_DEVICE_OFFLINE in time', async () => {
    const held = create();
    const one = rejection(hold(held, 'a'));
    world.clock.pass(999);
    should(held.size()).equal(1);
    world.clock.pass(1);
    (await one).should.match({ code: 'EZT_DEVICE_OFFLINE', params: { device: 'DU_1', seconds: 1 } });
    should([world.sent, world.heard.size, held.size()]).deepEqual([[], 0, 0]);
  });

  it('are limited: EZT_QUEUE_FULL', async () => {
    const held = create();
    for (const name of ['a', 'b', 'c']) void hold(held, name);
    (await rejection(hold(held, 'd'))).code.should.equal('EZT_QUEUE_FULL');
    // One that replaces another fits.
    void hold(held, 'a2', { replaces: true });
    held.release('DU_1');
    should(world.sent).deepEqual(['b', 'c', 'a2']);
  });

  it('are replaced by a newer one of the same method, device and node', async () => {
    const held = create({ limit: 10 });
    const other = {};
    const first = hold(held, 'a1');
    for (const [name, more] of [
      ['b1', {}],
      ['a2', { device: 'DU_2' }],
      ['a3', { by: other }],
      ['a4', { replaces: true }],
    ] as const) {
      void hold(held, name, more);
    }
    should([await first, held.replaced]).deepEqual([undefined, 1]);
    for (const device of ['DU_1', 'DU_2']) held.release(device);
    should(world.sent).deepEqual(['b1', 'a3', 'a4', 'a2']);
  });

  it('are not replaced by one that is refused, if more are held than may be', async () => {
    const restored = ['a', 'b', 'c', 'd'].map((name) => left(name));
    const held = create({ store: storeOf(new Map(), restored).store });
    (await rejection(hold(held, 'a2', { replaces: true }))).code.should.equal('EZT_QUEUE_FULL');
    should([held.size(), held.replaced]).deepEqual([4, 0]);
  });

  it('to a device that is online are sent at once, after what is held for it', async () => {
    const held = create();
    void hold(held, 'a');
    world.online.add('DU_1');
    should(await hold(held, 'b')).equal('b');
    should([world.sent, held.size()]).deepEqual([['a', 'b'], 0]);
  });

  it('are decided on when it is known which devices are offline', async () => {
    let learned: () => void = () => undefined;
    const known = new Promise<void>((resolve) => (learned = resolve));
    const held = create({ known, limit: 10 });
    world.online.add('DU_1');
    const replaced = hold(held, 'm1', { device: 'DU_2', replaces: true });
    void hold(held, 'm2', { device: 'DU_2', replaces: true });
    const sent = [hold(held, 'm3', { replaces: true }), hold(held, 'm4', { replaces: true })];
    should([world.sent, held.size()]).deepEqual([[], 4]);
    learned();
    should(await Promise.all(sent)).deepEqual(['m3', 'm4']);
    should(await replaced).be.undefined();
    should([world.sent, held.size()]).deepEqual([['m3', 'm4'], 1]);
  });

  it('are closed for one owner, or all', async () => {
    const held = create();
    const other = {};
    const [mine, theirs] = [rejection(hold(held, 'a')), rejection(hold(held, 'b', { by: other }))];
    await held.closeFor(owner);
    (await mine).reason.should.equal('closed');
    should([held.size(owner), held.size(other)]).deepEqual([0, 1]);
    await held.close();
    (await theirs).reason.should.equal('closed');
    (await rejection(hold(held, 'c'))).reason.should.equal('closed');
    should([world.sent, world.heard.size, world.clock.timers()]).deepEqual([[], 0, 0]);
  });

  describe('on disk', () => {
    it('stay there until they go to the broker', async () => {
      const stored = new Map<string, string>();
      const held = create({ store: storeOf(stored).store });
      const one = hold(held, 'a');
      await turn();
      await turn();
      should([...stored.values()]).deepEqual(['a']);
      held.release('DU_1');
      await one;
      should(stored.size).equal(0);
    });

    it('are not left there when the device is heard while they are being written', async () => {
      const stored = new Map<string, string>();
      const held = create({ store: storeOf(stored).store });
      const one = hold(held, 'a');
      held.release('DU_1');
      should(await one).equal('a');
      await turn();
      await turn();
      should(stored.size).equal(0);
    });

    it('outlive their node: the error says so, and they are sent once, without it', async () => {
      const stored = new Map<string, string>();
      const held = create({ store: storeOf(stored).store });
      const errors = ['a', 'b'].map((name) => rejection(hold(held, name)));
      await turn();
      await turn();
      await held.closeFor(owner);
      for (const error of errors) (await error).reason.should.equal('closedHeld');
      should([held.size(owner), held.size()]).deepEqual([0, 2]);
      world.heard.get('DU_1')?.();
      await turn();
      should([world.sent, stored.size, held.size()]).deepEqual([['a', 'b'], 0, 0]);
    });

    it('stay there when all is closed', async () => {
      const stored = new Map<string, string>();
      const held = create({ store: storeOf(stored).store });
      const error = rejection(hold(held, 'a'));
      await turn();
      await turn();
      await held.close();
      (await error).reason.should.equal('closedHeld');
      should([stored.size, world.clock.timers()]).deepEqual([1, 0]);
    });

    it('end with EZT_STORE when they cannot be kept, and are not sent', async () => {
      const { store, breakDown } = storeOf(new Map());
      breakDown(new Error('ENOSPC'));
      const held = create({ store });
      (await rejection(hold(held, 'a'))).code.should.equal('EZT_STORE');
      held.release('DU_1');
      should(world.sent).deepEqual([]);
    });

    it('of an earlier process: held on for the time that they had left, before newer ones', async () => {
      const stored = new Map(['a', 'b', 'x'].map((name) => [`old ${name}`, name]));
      const restored = [left('a'), left('b'), left('x', { device: 'DU_2' })];
      const held = create({ limit: 10, store: storeOf(stored, restored).store });
      void hold(held, 'c');
      held.release('DU_1');
      await turn();
      await turn();
      should([world.sent, [...stored.values()]]).deepEqual([['a', 'b', 'c'], ['x']]);
      world.clock.pass(500);
      should([stored.size, held.size()]).deepEqual([0, 0]);
      should(world.errors.map((error) => error instanceof EztError && error.code)).deepEqual([
        'EZT_DEVICE_OFFLINE',
      ]);
    });

    it('of an earlier process: before newer ones to a device that is online, though these came before it was loaded', async () => {
      let load: () => void = () => undefined;
      const { store } = storeOf(new Map(), []);
      const loading: HeldStore = {
        ...store,
        open: (to) =>
          new Promise((resolve) => {
            load = () => {
              to([left('a'), left('x', { device: 'DU_2' })]);
              resolve();
            };
          }),
      };
      const held = create({ limit: 10, store: loading });
      world.online.add('DU_1').add('DU_2');
      const done = hold(held, 'b');
      should(world.sent).deepEqual([]);
      load();
      should(await done).equal('b');
      should(world.sent).deepEqual(['a', 'b']); // what is held for DU_2 waits until it is heard
    });

    it('of an earlier process: one whose sending was closed stays, one that failed is reported', async () => {
      const stored = new Map(['a', 'b'].map((name) => [`old ${name}`, name]));
      const failures = [new EztError('closed'), new EztError('queueFull', { limit: 1 })];
      const held = create({
        send: () => Promise.reject(failures.shift() as Error),
        store: storeOf(stored, [left('a'), left('b')]).store,
      });
      held.release('DU_1');
      await turn();
      should([...stored.values()]).deepEqual(['a']);
      should(world.errors.map((error) => error instanceof EztError && error.code)).deepEqual([
        'EZT_QUEUE_FULL',
      ]);
    });
  });
});
