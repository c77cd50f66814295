import { createOutbox } from '../../../cloud/send/outbox';
import { connectionEnd } from '../../../cloud/send/window';
import { type Clock, stopClock } from './clock';
import { type FakeConnection, fakeConnection, messages } from './fake-connection';

const OPTIONS = { limit: 1000, expiry: 60_000, rate: 0 };
const topics = (n: number) => Array.from({ length: n }, (_, i) => String(i));

describe('window', () => {
  let clock: Clock;
  beforeEach(() => {
    clock = stopClock();
  });
  afterEach(() => clock.restore());

  /** Acknowledges all that is there, as often as said; returns how many were unacknowledged before each. */
  const rounds = (connection: FakeConnection, count: number) =>
    topics(count).map(() => {
      const { length } = connection.unanswered;
      connection.acknowledge(length);
      return length;
    });

  for (const end of ['starved', 'hungUp'] as const) {
    it(`begins with one message after a connection that ended ${end}, and grows with each acknowledgement`, () => {
      const outbox = createOutbox(OPTIONS);
      const [first, second] = [fakeConnection(32), fakeConnection(32)];
      outbox.attach(first);
      void outbox.add(messages(...topics(300)));
      first.unanswered.length.should.equal(32);
      outbox.detach(end);
      outbox.attach(second);
      // Up to half of what was too much twice as many each time, then one more each time.
      rounds(second, 8).should.eql([1, 2, 4, 8, 16, 16, 17, 18]);
      for (const [i, topic] of second.sent.entries()) topic.should.equal(String(i));
    });
  }

  it('is never larger than the broker’s', () => {
    const outbox = createOutbox(OPTIONS);
    const [first, second] = [fakeConnection(4), fakeConnection(4)];
    outbox.attach(first);
    void outbox.add(messages(...topics(100)));
    outbox.detach('starved');
    outbox.attach(second);
    Math.max(...rounds(second, 20)).should.equal(4);
  });

  it('stays as it is where the connection ended in another way, or with nothing unacknowledged', () => {
    for (const [end, sent] of [
      ['other', 5],
      ['starved', 0],
      ['hungUp', 0],
    ] as const) {
      const outbox = createOutbox(OPTIONS);
      const [first, second] = [fakeConnection(32), fakeConnection(32)];
      outbox.attach(first);
      void outbox.add(messages(...topics(sent)));
      outbox.detach(end);
      void outbox.add(messages(...topics(100)));
      outbox.attach(second);
      second.unanswered.length.should.equal(32);
    }
  });

  it('takes a lost connection for a hang-up, a timeout or a busy broker for starvation, the rest for neither', () => {
    const ends = (['lost', 'timeout', 'busy', 'kicked', 'takenOver', 'moved'] as const).map((trouble) =>
      connectionEnd({ trouble, detail: '' }),
    );
    ends.should.eql(['hungUp', 'starved', 'starved', 'other', 'other', 'other']);
    connectionEnd(undefined).should.equal('other');
  });
});
