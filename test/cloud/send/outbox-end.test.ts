import { createOutbox } from '../../../cloud/send/outbox';
import { type Clock, stopClock } from './clock';
import { fakeConnection, messages } from './fake-connection';
import { rejection, turn } from './settling';

const OPTIONS = { limit: 1000, expiry: 60_000, rate: 0 };

describe('outbox at the end', () => {
  let clock: Clock;
  beforeEach(() => {
    clock = stopClock();
  });
  afterEach(() => clock.restore());

  describe('closing for one owner', () => {
    it('settles what an owner has on the way, and nothing else', async () => {
      const outbox = createOutbox(OPTIONS);
      const [mine, yours] = [{}, {}];
      const first = fakeConnection(1);
      outbox.attach(first);
      const closed = [outbox.add(messages('a'), mine), outbox.add(messages('c'), mine)];
      const kept = outbox.add(messages('b'), yours);
      [outbox.size(mine), outbox.size(yours), outbox.size()].should.eql([2, 1, 3]);
      void outbox.closeFor(mine);
      void outbox.closeFor(mine);
      for (const one of closed) (await rejection(one)).code.should.equal('EZT_CLOSED');
      [outbox.size(mine), outbox.size(yours), outbox.size()].should.eql([0, 1, 1]);
      outbox.detach();
      const second = fakeConnection();
      outbox.attach(second);
      second.sent.should.eql(['b']);
      second.acknowledge();
      await kept;
    });
  });

  describe('draining', () => {
    it('ends at once when nothing is held', () => createOutbox(OPTIONS).drained(1000));

    it('ends with the last acknowledgement, of one owner or of all', async () => {
      const outbox = createOutbox(OPTIONS);
      const owner = {};
      const connection = fakeConnection();
      outbox.attach(connection);
      void outbox.add(messages('a'), owner);
      void outbox.add(messages('b'));
      const order: string[] = [];
      const ended = [
        outbox.drained(1000, owner).then(() => order.push('owner')),
        outbox.drained(1000).then(() => order.push('all')),
      ];
      connection.acknowledge();
      await turn();
      order.should.eql(['owner']);
      connection.acknowledge();
      await Promise.all(ended);
      order.should.eql(['owner', 'all']);
    });

    it('ends when the time is over, and leaves what is held', async () => {
      const outbox = createOutbox(OPTIONS);
      void outbox.add(messages('a'));
      const drained = outbox.drained(1000);
      clock.pass(1000);
      await drained;
      outbox.size().should.equal(1);
    });
  });

  describe('closing', () => {
    it('settles all with EZT_CLOSED, whatever comes after', async () => {
      const outbox = createOutbox(OPTIONS);
      const connection = fakeConnection(1);
      outbox.attach(connection);
      const added = [outbox.add(messages('a')), outbox.add(messages('b', 'c'))];
      const drained = outbox.drained(60_000);
      void outbox.close();
      void outbox.close();
      for (const one of added) (await rejection(one)).code.should.equal('EZT_CLOSED');
      await drained;
      connection.acknowledge();
      outbox.attach(connection);
      (await rejection(outbox.add(messages('d')))).code.should.equal('EZT_CLOSED');
      (await rejection(outbox.add([]))).code.should.equal('EZT_CLOSED');
      connection.sent.should.eql(['a']);
      outbox.size().should.equal(0);
      clock.timers().should.equal(0);
    });
  });
});
