import fc from 'fast-check';
import should from 'should';
import { EztError } from '../../../cloud/protocol/errors';
import { createOutbox } from '../../../cloud/send/outbox';
import { type Clock, stopClock } from './clock';
import { type FakeConnection, fakeConnection, messages } from './fake-connection';
import { turn } from './settling';

const LIMIT = 12;
const EXPIRY = 60;
const OWNERS = [{}, {}];

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('add' as const), n: fc.integer({ min: 0, max: 5 }) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('answer' as const), n: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('refuse' as const), n: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('answerLate' as const), n: fc.nat(20) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('pass' as const), n: fc.integer({ min: 1, max: 40 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('attach' as const), n: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('detach' as const), n: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('closeFor' as const), n: fc.nat(1) }) },
);
type Step = {
  do: 'add' | 'answer' | 'refuse' | 'answerLate' | 'pass' | 'attach' | 'detach' | 'closeFor';
  n: number;
};

/** What became of one `add`. */
interface Added {
  topics: string[];
  outcomes: unknown[];
}

/** Plays `steps`, checking after each what must hold at any time; then closes. */
async function play(clock: Clock, rate: number, steps: readonly Step[]) {
  const outbox = createOutbox({ limit: LIMIT, expiry: EXPIRY, rate });
  const connections: FakeConnection[] = [];
  let connection: FakeConnection | undefined;
  const added: Added[] = [];
  // Answers on the connection that was there; a late one is no answer.
  const acknowledged = new Set<string>();
  const answered = new Map<string, FakeConnection>();
  let last = 0;

  const acts: Record<Step['do'], (n: number) => void> = {
    add(n) {
      const topics = Array.from({ length: n }, (_, i) => String(last + i));
      last += n;
      const entry: Added = { topics, outcomes: [] };
      added.push(entry);
      const before = outbox.size();
      outbox.add(messages(...topics), OWNERS[n % 2]).then(
        () => entry.outcomes.push('done'),
        (error: unknown) => entry.outcomes.push(error),
      );
      should([before, before + n]).containEql(outbox.size()); // all or none
    },
    answer(n) {
      const sent = connection?.unanswered[n];
      if (sent) acknowledged.add(sent.topic);
      if (connection && sent) answered.set(sent.topic, connection);
      sent?.settle();
    },
    refuse(n) {
      const sent = connection?.unanswered[n];
      if (connection && sent) answered.set(sent.topic, connection);
      sent?.settle(0x87);
    },
    answerLate(n) {
      const old = connections.filter((one) => one !== connection).flatMap(({ unanswered }) => unanswered);
      old[n]?.settle();
    },
    pass: (n) => clock.pass(n),
    attach(n) {
      outbox.detach();
      connection = fakeConnection(n, 1000);
      connections.push(connection);
      outbox.attach(connection);
    },
    detach() {
      connection = undefined;
      outbox.detach();
    },
    closeFor: (n) => outbox.closeFor(OWNERS[n] ?? {}),
  };

  for (const { do: what, n } of steps) {
    acts[what](n);
    outbox.size().should.be.within(0, LIMIT);
    if (connection) connection.unanswered.length.should.be.belowOrEqual(connection.receiveMaximum);
  }
  void outbox.close();
  await turn();
  return { added, acknowledged, answered, connections, size: outbox.size() };
}

describe('outbox, whatever happens in whatever order', () => {
  let clock: Clock;
  beforeEach(() => {
    clock = stopClock();
  });
  afterEach(() => clock.restore());

  const always = (check: (played: Awaited<ReturnType<typeof play>>) => void) =>
    fc.assert(
      fc.asyncProperty(fc.constantFrom(0, 100), fc.array(step, { maxLength: 60 }), async (rate, steps) => {
        check(await play(clock, rate, steps));
        clock.timers().should.equal(0);
      }),
      { numRuns: 300 },
    );

  it('settles each acceptance exactly once, with success or an error that has a code', () =>
    always(({ added, size }) => {
      size.should.equal(0);
      for (const { outcomes } of added) {
        outcomes.length.should.equal(1);
        if (outcomes[0] !== 'done') should(outcomes[0]).be.instanceOf(EztError);
      }
    }));

  it('says done only of what the broker has acknowledged on the connection it was sent by', () =>
    always(({ added, acknowledged }) => {
      for (const { topics, outcomes } of added) {
        if (outcomes[0] === 'done') should(topics.every((topic) => acknowledged.has(topic))).be.true();
      }
    }));

  it('sends in the order of acceptance on every connection, nothing twice on one, nothing after its answer', () =>
    always(({ connections, answered }) => {
      const over = new Set<string>();
      for (const connection of connections) {
        const numbers = connection.sent.map(Number);
        numbers.should.eql([...new Set(numbers)].sort((a, b) => a - b));
        for (const topic of connection.sent) over.has(topic).should.be.false();
        for (const topic of connection.sent) if (answered.get(topic) === connection) over.add(topic);
      }
    }));

  it('sends nothing of what it has not accepted', () =>
    always(({ added, connections }) => {
      const refused = added.filter(
        ({ outcomes: [outcome] }) => outcome instanceof EztError && outcome.code === 'EZT_QUEUE_FULL',
      );
      const sent = new Set(connections.flatMap((connection) => connection.sent));
      for (const { topics } of refused) should(topics.some((topic) => sent.has(topic))).be.false();
    }));
});
