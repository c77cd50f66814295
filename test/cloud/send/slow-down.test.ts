import fc from 'fast-check';
import should from 'should';
import { createOutbox } from '../../../cloud/send/outbox';
import { type Clock, stopClock } from './clock';
import { fakeConnection, messages } from './fake-connection';
import { rejection, turn } from './settling';

const QUOTA = 0x97;

describe('outbox: when the broker’s quota is used up (0x97)', () => {
  let clock: Clock;
  beforeEach(() => {
    clock = stopClock();
  });
  afterEach(() => clock.restore());
  const open = (expiry = 60_000) => {
    const outbox = createOutbox({ limit: 100, expiry, rate: 0 });
    const connection = fakeConnection();
    outbox.attach(connection);
    return { outbox, connection };
  };

  it('sends what was refused again after a pause, in order, and nothing that follows meanwhile', async () => {
    const { outbox, connection } = open();
    const added = outbox.add(messages('a', 'b'));
    for (const sent of [...connection.unanswered]) sent.settle(QUOTA);
    const later = outbox.add(messages('c'));
    connection.sent.should.eql(['a', 'b']);
    clock.pass(500);
    connection.sent.should.eql(['a', 'b', 'a']); // one at a time at first
    connection.acknowledge();
    connection.acknowledge();
    connection.acknowledge();
    connection.sent.should.eql(['a', 'b', 'a', 'b', 'c']);
    (await Promise.all([added, later])).should.eql([0, 0]);
  });

  it('pauses twice as long each time, and shorter again once messages are taken', () => {
    const { outbox, connection } = open();
    void outbox.add(messages('a'));
    connection.unanswered[0]?.settle(QUOTA);
    clock.pass(500);
    connection.unanswered[0]?.settle(QUOTA);
    clock.pass(999);
    connection.sent.length.should.equal(2);
    clock.pass(1);
    connection.sent.length.should.equal(3);
    connection.acknowledge();
    void outbox.add(messages('b'));
    connection.unanswered[0]?.settle(QUOTA);
    clock.pass(1_000);
    connection.sent.length.should.equal(5);
  });

  it('fails a message that is refused three times, and goes on with the next', async () => {
    const { outbox, connection } = open();
    const failed = rejection(outbox.add(messages('a')));
    const next = outbox.add(messages('b'));
    for (const pause of [500, 1_000, 2_000]) {
      connection.unanswered[0]?.settle(QUOTA);
      if (connection.unanswered[0]) connection.acknowledge(); // b, which was in flight
      clock.pass(pause);
    }
    (await failed).should.have.properties({ code: 'EZT_REFUSED' });
    (await failed).message.should.match(/quota exceeded \(0x97\)/);
    await next;
    outbox.size().should.equal(0);
  });

  it('does not send again what was withdrawn while it was unacknowledged', async () => {
    const { outbox, connection } = open();
    let withdraw = () => true;
    const failed = rejection(
      outbox.add(messages('a'), undefined, undefined, (how) => {
        withdraw = how;
      }),
    );
    withdraw().should.be.false();
    connection.unanswered[0]?.settle(QUOTA);
    (await failed).code.should.equal('EZT_REFUSED');
    clock.pass(1_000);
    connection.sent.should.eql(['a']);
  });

  it('lets a message expire that waits, and says why', async () => {
    const { outbox, connection } = open(300);
    const failed = rejection(outbox.add(messages('a')));
    connection.unanswered[0]?.settle(QUOTA);
    clock.pass(400);
    const error = await failed;
    error.code.should.equal('EZT_EXPIRED');
    error.reason.should.equal('expiredByQuota');
    clock.pass(10_000);
    connection.sent.should.eql(['a']);
  });

  it('sends what was refused over the next connection when this one ends in the pause', async () => {
    const { outbox, connection } = open();
    const added = outbox.add(messages('a'));
    connection.unanswered[0]?.settle(QUOTA);
    outbox.detach();
    const next = fakeConnection();
    clock.pass(500);
    outbox.attach(next);
    next.sent.should.eql(['a']);
    next.acknowledge();
    await added;
  });

  it('law: every message settles exactly once, whatever is refused when', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { maxLength: 40 }),
        fc.integer({ min: 1, max: 10 }),
        async (answers, count) => {
          const { outbox, connection } = open(20_000);
          const outcomes = Array.from({ length: count }, () => 0);
          for (let n = 0; n < count; n += 1) {
            const settled = () => {
              outcomes[n] = (outcomes[n] ?? 0) + 1;
            };
            outbox.add(messages(n)).then(settled, settled);
          }
          for (const taken of answers) {
            connection.unanswered[0]?.settle(taken ? undefined : QUOTA);
            clock.pass(400);
          }
          clock.pass(20_000);
          await turn();
          should(outcomes.every((times) => times === 1)).be.true();
          outbox.size().should.equal(0);
          await outbox.close();
        },
      ),
    ));
});
