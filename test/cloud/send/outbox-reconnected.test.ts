import { createOutbox, type Withdraw } from '../../../cloud/send/outbox';
import { type Clock, stopClock } from './clock';
import { fakeConnection, messages } from './fake-connection';
import { rejection } from './settling';

const OPTIONS = { limit: 1000, expiry: 60_000, rate: 0 };

describe('outbox', () => {
  let clock: Clock;
  beforeEach(() => {
    clock = stopClock();
  });
  afterEach(() => clock.restore());

  describe('over a new connection', () => {
    it('sends what is unacknowledged first, in its order, then the rest', () => {
      const outbox = createOutbox(OPTIONS);
      const first = fakeConnection(3);
      outbox.attach(first);
      void outbox.add(messages('a', 'b', 'c', 'd', 'e'));
      first.unanswered[1]?.settle();
      outbox.detach();
      void outbox.add(messages('f'));
      const second = fakeConnection();
      outbox.attach(second);
      first.sent.should.eql(['a', 'b', 'c', 'd']);
      second.sent.should.eql(['a', 'c', 'd', 'e', 'f']);
    });

    it('does not send again what was withdrawn while it was unacknowledged', async () => {
      const outbox = createOutbox(OPTIONS);
      const first = fakeConnection();
      outbox.attach(first);
      let withdraw: Withdraw = () => true;
      const ended = rejection(
        outbox.add(messages('a'), undefined, undefined, (how) => {
          withdraw = how;
        }),
      );
      void outbox.add(messages('b'));
      withdraw().should.be.false();
      outbox.size().should.equal(2);
      outbox.detach();
      (await ended).reason.should.equal('closed');
      const second = fakeConnection();
      outbox.attach(second);
      second.sent.should.eql(['b']);
      outbox.size().should.equal(1);
    });

    it('does so when nobody said that the last one ended', () => {
      const outbox = createOutbox(OPTIONS);
      const [first, second] = [fakeConnection(1), fakeConnection(1)];
      outbox.attach(first);
      void outbox.add(messages('a', 'b'));
      outbox.attach(second);
      first.acknowledge();
      second.sent.should.eql(['a']);
      second.acknowledge(2);
      second.sent.should.eql(['a', 'b']);
    });

    it('does not send QoS 0 again that was written when a backed-up connection broke, and says so', async () => {
      const outbox = createOutbox(OPTIONS);
      const backedUp = fakeConnection();
      const written: string[] = [];
      outbox.attach({ ...backedUp, publish: (topic) => written.push(topic) });
      const unsure = rejection(outbox.add([{ topic: 'a', payload: Buffer.alloc(0), qos: 0 }]));
      const again = outbox.add(messages('b'));
      written.should.eql(['a', 'b']);
      outbox.detach();
      (await unsure).should.match({
        code: 'EZT_CLOSED',
        reason: 'closedUncertain',
        message: /not sent again/,
      });
      const connection = fakeConnection();
      outbox.attach(connection);
      connection.sent.should.eql(['b']);
      connection.acknowledge();
      await again;
    });

    it('takes no notice of acknowledgements of the last one', () => {
      const outbox = createOutbox(OPTIONS);
      const [first, second] = [fakeConnection(), fakeConnection()];
      outbox.attach(first);
      void outbox.add(messages('a'));
      outbox.detach();
      first.acknowledge();
      outbox.size().should.equal(1);
      outbox.attach(second);
      second.acknowledge();
      outbox.size().should.equal(0);
    });

    it('takes no notice of an acknowledgement that comes twice', () => {
      const outbox = createOutbox(OPTIONS);
      const connection = fakeConnection(1);
      outbox.attach(connection);
      void outbox.add(messages('a', 'b', 'c'));
      const [a] = connection.unanswered;
      a?.settle();
      a?.settle();
      outbox.size().should.equal(2);
      connection.sent.should.eql(['a', 'b']);
    });
  });
});
