import should from 'should';
import { EztError } from '../../../cloud/protocol/errors';
import type { Commands } from '../../../cloud/send/commands';
import type { Clock } from './clock';
import { rejection, turn } from './settling';
import { acknowledged, reply, withCommands } from './with-commands';

describe('commands', () => {
  let clock: Clock;
  let commands: Commands;
  const { owner, offer, request } = withCommands((made, stopped) => {
    commands = made;
    clock = stopped;
  });

  it('resolves with the reply and the time it took', async () => {
    const answer = request('DU_1', 7);
    clock.pass(120);
    offer('DU_1', reply(7, { ok: true })).should.be.true();
    (await answer).should.eql({ reply: reply(7, { ok: true }), elapsed: 120, attempts: 1 });
    commands.size().should.equal(0);
  });

  const answers: [string, string, string | number, boolean][] = [
    ['the same id', 'DU_1', 7, true],
    ['the id as text', 'DU_1', '7', true],
    ['another id', 'DU_1', 8, false],
    ['the id with a space', 'DU_1', ' 7', false],
    ['the id with a zero before it', 'DU_1', '07', false],
    ['an empty id', 'DU_1', '', false],
    ['another device', 'DU_2', 7, false],
    ['a device of the same beginning', 'DU_', '17', false],
  ];
  for (const [what, device, id, matches] of answers) {
    it(`${matches ? 'takes' : 'is not disturbed by'} a reply with ${what}`, async () => {
      const answer = request('DU_1', 7);
      offer(device, reply(id)).should.equal(matches);
      if (!matches) offer('DU_1', reply(7)).should.be.true();
      await answer;
    });
  }

  it('takes no reply of a device for that of another with a space or slash in its name', () => {
    void request('x y', 5);
    offer('y', reply('5 x')).should.be.false();
    offer('x', reply('5/y')).should.be.false();
    offer('x y', reply(5)).should.be.true();
  });

  it('counts the first reply only', async () => {
    const answer = request('DU_1', 7);
    offer('DU_1', reply(7, 'first')).should.be.true();
    offer('DU_1', reply(7, 'second')).should.be.false();
    (await answer).reply.params?.should.equal('first');
  });

  it('awaits equal ids of two devices apart', async () => {
    const [one, two] = [request('DU_1', 7), request('DU_2', 7)];
    offer('DU_2', reply(7, 2));
    offer('DU_1', reply(7, 1));
    should((await one).reply.params).equal(1);
    should((await two).reply.params).equal(2);
  });

  it('refuses an id that is in flight to the device, and leaves that command alone', async () => {
    const first = request('DU_1', 7);
    (await rejection(request('DU_1', 7))).should.have.properties({
      code: 'EZT_PAYLOAD',
      reason: 'idInFlight',
    });
    commands.size(owner).should.equal(1);
    offer('DU_1', reply(7));
    await first;
    const again = request('DU_1', 7);
    offer('DU_1', reply(7));
    await again;
  });

  it('gives the device its time from the acknowledgement on', async () => {
    let acknowledge: () => void = () => undefined;
    const answer = request('DU_1', 7, () => new Promise((resolve) => (acknowledge = resolve)));
    const ended = rejection(answer);
    clock.pass(5000);
    acknowledge();
    await turn();
    clock.pass(999);
    commands.size().should.equal(1);
    clock.pass(1);
    (await ended).code.should.equal('EZT_REPLY_TIMEOUT');
    commands.size().should.equal(0);
    offer('DU_1', reply(7)).should.be.false();
  });

  it('takes a reply that is faster than the acknowledgement', async () => {
    let acknowledge: () => void = () => undefined;
    const answer = request('DU_1', 7, ({ sent }) => {
      sent();
      return new Promise((resolve) => (acknowledge = resolve));
    });
    offer('DU_1', reply(7)).should.be.true();
    await answer;
    acknowledge();
    await turn();
    clock.timers().should.equal(0);
    commands.size().should.equal(0);
  });

  it('takes a reply though the sending fails later', async () => {
    const answer = request('DU_1', 7, ({ sent }) => {
      sent();
      return turn().then(() => Promise.reject(new EztError('closed')));
    });
    offer('DU_1', reply(7));
    await answer;
    await turn();
  });

  it('rejects as the sending does, also when that throws at once', async () => {
    const full = () => Promise.reject(new EztError('queueFull', { limit: 1 }));
    (await rejection(request('DU_1', 7, full))).code.should.equal('EZT_QUEUE_FULL');
    const thrown = new EztError('payloadNotJson', { what: 'NaN' });
    const send = () => {
      throw thrown;
    };
    (await rejection(request('DU_1', 7, send))).should.equal(thrown);
    commands.size().should.equal(0);
    commands.size(owner).should.equal(0);
    const again = request('DU_1', 7);
    offer('DU_1', reply(7)).should.be.true();
    await again;
  });

  it('closes what one owner awaits, or all', async () => {
    const other = {};
    const mine = [request('DU_1', 1), request('DU_1', 2)];
    const theirs = request('DU_1', 3, acknowledged, other);
    await turn();
    commands.size(owner).should.equal(2);
    commands.close(owner);
    for (const one of mine)
      (await rejection(one)).should.match({ code: 'EZT_CLOSED', reason: 'closedSent', message: /was sent/ });
    [commands.size(owner), commands.size(other), commands.size()].should.eql([0, 1, 1]);
    commands.close();
    commands.close();
    (await rejection(theirs)).code.should.equal('EZT_CLOSED');
    commands.size().should.equal(0);
    await turn();
    clock.timers().should.equal(0);
  });

  it('leaves it to the outbox to say what becomes of a closed command that the broker has not got', async () => {
    const kept = request('DU_1', 1, () => turn().then(() => Promise.reject(new EztError('closedKept'))));
    let acknowledge: () => void = () => undefined;
    const sent = request('DU_1', 2, () => new Promise((resolve) => (acknowledge = resolve)));
    commands.close(owner);
    (await rejection(kept)).reason.should.equal('closedKept');
    acknowledge();
    (await rejection(sent)).reason.should.equal('closedSent');
    clock.timers().should.equal(0);
  });

  it('does not take back what the outbox keeps on disk for later', async () => {
    let withdrawn = false;
    const kept = request('DU_1', 1, ({ accepted }) => {
      accepted(() => {
        withdrawn = true;
        return true;
      });
      return turn().then(() => Promise.reject(new EztError('closedKept')));
    });
    commands.close(owner);
    (await rejection(kept)).reason.should.equal('closedKept');
    withdrawn.should.be.false();
  });

  it('matches 10,000 in flight, answered in another order', async () => {
    const ids = Array.from({ length: 10_000 }, () => commands.idFor('DU_1'));
    const awaited = ids.map((id) => request(`DU_${id % 7}`, id));
    const shuffled = ids.map((id, i) => ({ id, at: (i * 7919) % ids.length })).sort((a, b) => a.at - b.at);
    for (const { id } of shuffled) offer(`DU_${id % 7}`, reply(String(id), id)).should.be.true();
    const got = await Promise.all(awaited);
    got.map(({ reply: { params } }) => params).should.eql(ids);
    commands.size().should.equal(0);
  });
});
