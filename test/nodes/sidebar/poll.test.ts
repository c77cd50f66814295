import should from 'should';
import { createPoll } from '../../../nodes/sidebar/poll';
import { turn } from '../../cloud/send/settling';

describe('asking while somebody looks', () => {
  function open() {
    let due: { milliseconds: number; then: () => void } | undefined;
    let settle: { resolve(): void; reject(error: Error): void } | undefined;
    const stage = { seen: true, asked: 0 };
    const poll = createPoll({
      ask: () => {
        stage.asked += 1;
        return new Promise((resolve, reject) => {
          settle = { resolve, reject };
        });
      },
      isSeen: () => stage.seen,
      after(milliseconds, then) {
        const mine = { milliseconds, then };
        due = mine;
        return () => {
          if (due === mine) due = undefined;
        };
      },
    });
    return {
      poll,
      stage,
      /** Milliseconds until it asks again; `undefined`: it does not. */
      waits: () => due?.milliseconds,
      pass() {
        const { then } = due ?? {};
        due = undefined;
        then?.();
      },
      async answer(error?: Error) {
        if (error) settle?.reject(error);
        else settle?.resolve();
        await turn();
      },
    };
  }

  it('asks one question at a time, a second after the last answer', async () => {
    const { poll, stage, waits, pass, answer } = open();
    should(waits()).equal(undefined);
    poll.wake();
    pass();
    should([stage.asked, waits()]).eql([1, undefined]);
    poll.wake();
    poll.wake();
    should([stage.asked, waits()]).eql([1, undefined]);
    await answer();
    should(waits()).be.below(200);
    pass();
    await answer();
    should([stage.asked, waits()]).eql([2, 1_000]);
  });

  it('wakes soon, however often it is told to', async () => {
    const { poll, stage, waits, pass, answer } = open();
    poll.wake();
    pass();
    await answer();
    poll.wake();
    const soon = waits();
    should(soon).be.below(200);
    poll.wake();
    should(waits()).equal(soon);
    pass();
    should(stage.asked).equal(2);
  });

  it('asks nothing while nobody looks, and again when somebody does', async () => {
    const { poll, stage, waits, pass, answer } = open();
    poll.wake();
    pass();
    stage.seen = false;
    await answer();
    should(waits()).equal(undefined);
    poll.wake();
    pass();
    should([stage.asked, waits()]).eql([1, undefined]);
    stage.seen = true;
    poll.wake();
    pass();
    should(stage.asked).equal(2);
  });

  it('without an answer asks slower and slower, and as before when there is one', async () => {
    const { poll, waits, pass, answer } = open();
    poll.wake();
    const waited: unknown[] = [];
    for (let i = 0; i < 5; i += 1) {
      pass();
      await answer(new Error('no'));
      waited.push(waits());
    }
    should(waited).eql([2_000, 4_000, 8_000, 15_000, 15_000]);
    poll.wake();
    should(waits()).equal(2_000);
    pass();
    await answer();
    should(waits()).equal(1_000);
  });

  it('stopped, it asks no more', async () => {
    const { poll, stage, waits, pass, answer } = open();
    poll.wake();
    pass();
    poll.stop();
    await answer();
    poll.wake();
    should([waits(), stage.asked]).eql([undefined, 1]);
  });
});
