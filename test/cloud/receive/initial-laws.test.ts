import fc from 'fast-check';
import should from 'should';
import { turn } from '../send/settling';
import { receiver } from './receiver';
import { taking } from './taking';

// What is known comes first, and received messages wait for it. Whatever else happens, they must not wait for ever.

type Taking = ReturnType<typeof taking>;
type Step = (on: Taking, ends: (() => void)[]) => void | Promise<void>;
const named = (name: string, step: Step): Step => Object.assign(step, { [fc.toStringMethod]: () => name });

/** A node that asks for what is known; with its first message a flow may do something to the client. */
const addStep = fc
  .constantFrom('nothing', 'pauses', 'pauses and resumes', 'removes itself', 'replaces itself', 'throws')
  .map((does) =>
    named(`add: ${does}`, (on, ends) => {
      let first = true;
      const flow = receiver({
        initial: true,
        onMessage() {
          if (!first) return;
          first = false;
          if (does.startsWith('pauses')) on.pause();
          if (does.endsWith('resumes')) on.resume();
          if (does.endsWith('itself')) end();
          if (does.startsWith('replaces')) ends.push(on.add(receiver({ initial: true })));
          if (does === 'throws') throw new Error('on purpose');
        },
      });
      const end = on.add(flow);
      ends.push(end);
    }),
  );
const step: fc.Arbitrary<Step> = fc.oneof(
  addStep,
  fc.nat(9).map((n) => named(`remove ${n}`, (_, ends) => ends.splice(n % (ends.length || 1), 1)[0]?.())),
  fc.constantFrom(1, 3, 400, 1_100).map((n) => named(`publish ${n}`, (on) => on.publish(n))),
  fc.constant(named('turn', (on) => on.turn())),
  fc.constant(named('pause', (on) => on.pause())),
  fc.constant(named('resume', (on) => on.resume())),
  fc.constant(named('connect', (on) => on.connect())),
  fc.constant(named('loaded', (on) => on.loaded())),
);

describe('received messages and what is known', () => {
  it('whatever happens, in the end all are handed over and acknowledged, each once in order on a connection', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.constantFrom(0, 3, 1_200),
        async (steps, known) => {
          const on = taking(known);
          const ends: (() => void)[] = [];
          on.connect();
          for (const happens of steps) await happens(on, ends);
          on.publish(1);
          on.loaded();
          for (let i = 0; i < 400 && !on.settled; i += 1) {
            if (on.paused) on.resume(); // a flow may pause once more when it is told
            await on.turn();
          }
          should(on.settled).be.true();
          const numbers = on.all.messages.map(({ payload }) => (payload as { n: number }).n);
          let next = 1;
          for (const n of numbers) {
            should(n).be.belowOrEqual(next); // none is skipped; after a new connection some come again
            next = Math.max(next, n + 1);
          }
          should(next).equal(on.last + 1);
          should(on.errors.every((error) => /on purpose/.test(String(error)))).be.true();
          on.close();
          on.publish(5);
          await turn();
          should(on.all.messages.length).equal(numbers.length);
        },
      ),
      { numRuns: 150 },
    );
  }).timeout(60_000);
});
