import should from 'should';
import { EztError } from '../../../cloud/protocol/errors';
import type { Commands } from '../../../cloud/send/commands';
import type { SendCommand } from '../../../cloud/send/pending-command';
import type { Clock } from './clock';
import { rejection, turn } from './settling';
import { acknowledged, reply, withCommands } from './with-commands';

describe('commands that are sent again', () => {
  let clock: Clock;
  let commands: Commands;
  let sends: number;
  const { owner, offer, request } = withCommands((made, stopped) => {
    commands = made;
    clock = stopped;
    sends = 0;
  });
  const counting: SendCommand = (watch) => {
    sends += 1;
    return acknowledged(watch);
  };
  /** Waits unsent from the second attempt on; says whether it was withdrawn. */
  function waiting() {
    let rejected: (error: Error) => void = () => undefined;
    const state = { withdrawn: false, go: (): void => undefined, fail: (error: Error) => rejected(error) };
    const send: SendCommand = (watch) => {
      sends += 1;
      if (sends === 1) return acknowledged(watch);
      watch.accepted(() => {
        state.withdrawn = true;
        return true;
      });
      return new Promise((resolve, reject) => {
        rejected = reject;
        state.go = () => {
          watch.accepted(() => false);
          watch.sent();
          resolve();
        };
      });
    };
    return { state, send };
  }
  async function pass(ms: number) {
    await turn();
    clock.pass(ms);
    await turn();
  }

  it('are sent so many times, with the timeout anew; the error says how often', async () => {
    const error = rejection(request('DU_1', 7, counting, owner, 2));
    for (const expected of [1, 2, 3]) {
      await turn();
      clock.pass(999);
      sends.should.equal(expected);
      clock.pass(1);
    }
    (await error).should.match({
      code: 'EZT_REPLY_TIMEOUT',
      message: /within 3 × 1 s\.$/,
      params: { attempts: 3 },
    });
    should([sends, commands.size(), clock.timers()]).deepEqual([3, 0, 0]);
  });

  it('stop with the reply, also one to an earlier attempt, and tell the attempts', async () => {
    const answer = request('DU_1', 7, counting, owner, 2);
    await pass(1000);
    offer('DU_1', reply(7, 'to the first')).should.be.true();
    (await answer).should.deepEqual({ reply: reply(7, 'to the first'), elapsed: 1000, attempts: 2 });
    await pass(5000);
    should([sends, clock.timers()]).deepEqual([2, 0]);
  });

  it('are withdrawn if the reply comes while the second attempt waits: it was sent once', async () => {
    const { state, send } = waiting();
    const answer = request('DU_1', 7, send, owner, 1);
    await pass(1000);
    sends.should.equal(2);
    offer('DU_1', reply(7)).should.be.true();
    should((await answer).attempts).equal(1);
    state.withdrawn.should.be.true();
  });

  it('give the second attempt its time from its own acknowledgement on', async () => {
    const { state, send } = waiting();
    const error = rejection(request('DU_1', 7, send, owner, 1));
    await pass(1000);
    await pass(30_000);
    state.go();
    await pass(999);
    commands.size().should.equal(1);
    await pass(1);
    (await error).params.should.containEql({ attempts: 2 });
  });

  for (const [code, failure] of [
    ['EZT_EXPIRED', new EztError('expired', { seconds: 60 })],
    ['EZT_QUEUE_FULL', new EztError('queueFull', { limit: 1 })],
    ['EZT_REFUSED', new EztError('publishRefused', { reason: 'quota', code: '0x97' })],
  ] as const) {
    it(`end with EZT_REPLY_TIMEOUT when they cannot be sent again: ${code}`, async () => {
      const { state, send } = waiting();
      const error = rejection(request('DU_1', 7, send, owner, 3));
      await pass(1000);
      state.fail(failure);
      const { code: given, message } = await error;
      given.should.equal('EZT_REPLY_TIMEOUT');
      message.should.containEql(`(${code})`);
      sends.should.equal(2);
    });
  }

  it('end at close: what waits is withdrawn, and the error says that it was sent', async () => {
    const { state, send } = waiting();
    const error = rejection(request('DU_1', 7, send, owner, 1));
    await pass(1000);
    commands.close(owner);
    (await error).should.match({ code: 'EZT_CLOSED', reason: 'closedSent', params: { attempts: 1 } });
    state.withdrawn.should.be.true();
    should([commands.size(), clock.timers()]).deepEqual([0, 0]);
  });

  it('leave it to the outbox at close, if the second attempt may be with the broker', async () => {
    for (const [told, expected] of [
      ['closed', 'closedSent'],
      ['closedKept', 'closedKept'],
    ] as const) {
      sends = 0;
      let fail: (error: Error) => void = () => undefined;
      const send: SendCommand = (watch) => {
        sends += 1;
        watch.sent();
        return sends === 1 ? Promise.resolve() : new Promise((_resolve, reject) => (fail = reject));
      };
      const error = rejection(request('DU_1', 7, send, owner, 1));
      await pass(1000);
      commands.close(owner);
      commands.size().should.equal(1);
      fail(new EztError(told));
      (await error).reason.should.equal(expected);
    }
  });
});
