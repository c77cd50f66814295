import fc from 'fast-check';
import should from 'should';
import { EztError } from '../../../cloud/protocol/errors';
import type { MessageStore } from '../../../cloud/send/message-store';
import { createOutbox } from '../../../cloud/send/outbox';
import { createWriting } from '../../../cloud/send/writing';
import { type Clock, stopClock } from './clock';
import { type FakeConnection, fakeConnection, messages } from './fake-connection';
import { turn } from './settling';

const LIMIT = 12;
const EXPIRY = 60;
const OWNERS = [{}, {}];

const STEPS = ['add', 'write', 'fail', 'answer', 'refuse', 'pass', 'attach', 'detach', 'closeFor'] as const;
type Step = readonly [what: (typeof STEPS)[number], n: number];
const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom(...STEPS, 'add' as const, 'add' as const, 'write' as const, 'write' as const),
  fc.nat(5),
);

/** A disk that writes, or fails to, when it is told to. */
function slowDisk() {
  const onDisk = new Map<string, string>();
  const pending: { topic: string; write(): void; fail(): void }[] = [];
  let names = 0;
  const remove = (name: string) => void onDisk.delete(name);
  const writing = createWriting(
    {
      load: () => Promise.resolve({ messages: [], unreadable: [] }),
      remove: (name) => Promise.resolve(remove(name)),
      write: ({ topic }) =>
        new Promise((resolve, reject) => {
          names += 1;
          const name = String(names);
          pending.push({
            topic,
            write() {
              onDisk.set(name, topic);
              resolve(name);
            },
            fail: () => reject(new Error('ENOSPC')),
          });
        }),
    },
    () => undefined,
    remove,
  );
  const store: MessageStore = {
    keeps: true,
    async open(restored) {
      restored([]);
      writing.start();
    },
    write: writing.add,
    remove,
    written: () => Promise.resolve(),
    close: () => Promise.resolve(writing.stop(new EztError('closed'))),
    onError: () => undefined,
  };
  return { store, pending, topics: () => new Set(onDisk.values()) };
}

/** What became of one `add`. */
interface Added {
  topics: string[];
  outcomes: unknown[];
}

async function play(clock: Clock, steps: readonly Step[]) {
  const disk = slowDisk();
  const outbox = createOutbox({ limit: LIMIT, expiry: EXPIRY, rate: 0 }, disk.store);
  const connections: FakeConnection[] = [];
  let connection: FakeConnection | undefined;
  const added: Added[] = [];
  const acknowledged = new Set<string>();
  let last = 0;

  const acts: Record<Step[0], (n: number) => void> = {
    add(n) {
      const topics = Array.from({ length: n }, (_, i) => String(last + i));
      last += n;
      const entry: Added = { topics, outcomes: [] };
      added.push(entry);
      outbox.add(messages(...topics), OWNERS[n % 2]).then(
        () => entry.outcomes.push('done'),
        (error: unknown) => entry.outcomes.push(error),
      );
    },
    write: () => disk.pending.shift()?.write(),
    fail: () => disk.pending.shift()?.fail(),
    answer(n) {
      const sent = connection?.unanswered[n];
      if (sent) acknowledged.add(sent.topic);
      sent?.settle();
    },
    refuse: (n) => connection?.unanswered[n]?.settle(0x87),
    pass: (n) => clock.pass(n * 8),
    attach(n) {
      outbox.detach();
      connection = fakeConnection(n + 1, 1000);
      connections.push(connection);
      outbox.attach(connection);
    },
    detach() {
      connection = undefined;
      outbox.detach();
    },
    closeFor: (n) => void outbox.closeFor(OWNERS[n % 2] ?? {}),
  };

  for (const [what, n] of steps) {
    acts[what](n);
    outbox.size().should.be.within(0, LIMIT);
    await turn();
    // Whatever is sent is on disk.
    const there = disk.topics();
    for (const { topic } of connection?.unanswered ?? []) {
      const told = added.find(({ topics }) => topics.includes(topic))?.outcomes;
      if (told?.length === 0) should(there.has(topic)).be.true();
    }
  }
  await outbox.close();
  await turn();
  while (disk.pending.length > 0) {
    disk.pending.shift()?.write(); // late
    await turn();
  }
  return {
    added,
    acknowledged,
    sent: new Set(connections.flatMap((one) => one.sent)),
    onDisk: disk.topics(),
  };
}

describe('outbox with a store, whatever happens in whatever order', () => {
  let clock: Clock;
  beforeEach(() => {
    clock = stopClock();
  });
  afterEach(() => clock.restore());

  const always = (check: (played: Awaited<ReturnType<typeof play>>) => void) =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 50 }), async (steps) => {
        check(await play(clock, steps));
        clock.timers().should.equal(0);
      }),
      { numRuns: 200 },
    );
  const reasonOf = ({ outcomes: [outcome] }: Added) =>
    outcome instanceof EztError ? outcome.reason : outcome;

  it('settles each acceptance exactly once, done only when all is acknowledged', () =>
    always(({ added, acknowledged }) => {
      for (const { topics, outcomes } of added) {
        outcomes.length.should.equal(1);
        if (outcomes[0] !== 'done') should(outcomes[0]).be.instanceOf(EztError);
        else should(topics.every((topic) => acknowledged.has(topic))).be.true();
      }
    }));

  it('sends nothing of what the disk could not keep, and nothing of it stays', () =>
    always(({ added, sent, onDisk }) => {
      for (const one of added.filter((each) => reasonOf(each) === 'diskFailed')) {
        for (const topic of one.topics)
          should([sent.has(topic), onDisk.has(topic)]).deepEqual([false, false]);
      }
    }));

  it('what is on disk in the end has been reported as kept, and what has been reported as kept is there, or was sent or expired', () =>
    always(({ added, onDisk }) => {
      for (const one of added) {
        const there = one.topics.some((topic) => onDisk.has(topic));
        if (there) should(reasonOf(one)).equalOneOf('closedKept', 'publishRefused', 'expired');
        if (['done', 'diskFailed', 'closed', 'queueFull'].includes(String(reasonOf(one)))) {
          should(there).be.false();
        }
      }
    }));
});
