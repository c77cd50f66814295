import should from 'should';
import { createOwnPushes, type OwnPushes } from '../../../cloud/receive/own-pushes';
import { type Clock, stopClock } from '../send/clock';

describe('own pushes', () => {
  let clock: Clock;
  let pushes: OwnPushes;
  let wanted: boolean;
  beforeEach(() => {
    clock = stopClock();
    wanted = true;
    pushes = createOwnPushes(() => wanted);
  });
  afterEach(() => clock.restore());

  const push = (device: string, attributes: object) =>
    pushes.written(device, Buffer.from(JSON.stringify(attributes)));
  const isOwn = (device: string, attributes: object) => pushes.of(device)?.(attributes) !== undefined;

  it('are known by their values, once each', () => {
    push('DU_1', { a: 1 });
    push('DU_1', { a: 1 });
    push('DU_1', { b: 2 });
    const known = [{ b: 2 }, { a: 1 }, { a: 1 }, { a: 1 }, { b: 2 }].map((each) => isOwn('DU_1', each));
    known.should.eql([true, true, true, false, false]);
    should(pushes.of('DU_1')).be.undefined();
  });

  it('of a group are known once by each of the two copies', () => {
    pushes = createOwnPushes(() => wanted, true);
    push('DU_1', { a: 1 });
    const known = [true, true, false, false].map((unshared) => pushes.of('DU_1', unshared)?.({ a: 1 }));
    known.map((each) => each !== undefined).should.eql([true, false, true, false]);
    pushes.pause();
    push('DU_1', { a: 1 });
    clock.pass(20_000);
    pushes.resume();
    should(pushes.of('DU_1')?.({ a: 1 })).have.property('device', 'DU_1');
    should(pushes.of('DU_1', true)?.({ a: 1 })).have.property('device', 'DU_1');
  });

  it('are known for ten seconds', () => {
    push('DU_1', { a: 1 });
    clock.pass(9_999);
    push('DU_1', { a: 2 });
    isOwn('DU_1', { a: 1 }).should.be.true();
    push('DU_1', { a: 1 });
    clock.pass(10_000);
    isOwn('DU_1', { a: 1 }).should.be.false();
    isOwn('DU_1', { a: 2 }).should.be.false();
  });

  it('are known for ten seconds without those of a deploy, in which their echo waits', () => {
    push('DU_1', { a: 1 });
    push('DU_1', { a: 2 });
    clock.pass(5_000);
    pushes.pause();
    pushes.pause();
    clock.pass(20_000);
    pushes.resume();
    clock.pass(4_999);
    isOwn('DU_1', { a: 1 }).should.be.true();
    clock.pass(1);
    isOwn('DU_1', { a: 2 }).should.be.false();
  });

  it('are known by the value that arrives, also where a number would be rounded', () => {
    pushes.written('DU_1', Buffer.from('{"sn":1724442618569203714}'));
    isOwn('DU_1', { sn: '1724442618569203714' }).should.be.true();
  });

  it('tell how many before them each came back', () => {
    const payload = Buffer.from('{"a":1}');
    pushes.setLoopDepth(payload, 3);
    pushes.written('DU_1', payload);
    should(pushes.of('DU_1')?.({ a: 1 })).containEql({ device: 'DU_1', loopDepth: 3 });
  });

  it('are not remembered where nobody listens to attributes', () => {
    wanted = false;
    push('DU_1', { a: 1 });
    should(pushes.of('DU_1')).be.undefined();
  });

  it('do not trip over what a queue on disk holds', () => {
    pushes.written('DU_1', Buffer.from('no JSON'));
    isOwn('DU_1', {}).should.be.false();
  });

  describe('are forgotten, the oldest first,', () => {
    it('beyond 200 of a device', () => {
      for (let n = 0; n < 201; n += 1) push('DU_1', { n });
      [isOwn('DU_1', { n: 0 }), isOwn('DU_1', { n: 1 }), isOwn('DU_1', { n: 200 })].should.eql([
        false,
        true,
        true,
      ]);
    });

    it('beyond 5,000', () => {
      for (let n = 0; n <= 5_000; n += 1) push(`DU_${n}`, { n });
      isOwn('DU_0', { n: 0 }).should.be.false();
      isOwn('DU_1', { n: 1 }).should.be.true();
    });

    it('beyond 4 MB', () => {
      const text = 'x'.repeat(1024 * 1024);
      for (let n = 0; n < 5; n += 1) push(`DU_${n}`, { n, text });
      isOwn('DU_0', { n: 0, text }).should.be.false();
      isOwn('DU_1', { n: 1, text }).should.be.false(); // with the rest of its JSON a little more than a fourth
      isOwn('DU_2', { n: 2, text }).should.be.true();
    });
  });
});
