import 'should';
import { createOutbox } from '../../../cloud/send/outbox';
import { type Clock, stopClock } from './clock';
import { fakeConnection, messages } from './fake-connection';
import { rejection } from './settling';

const OPTIONS = { limit: 1000, expiry: 60_000, rate: 0 };

describe('outbox, why it fails', () => {
  let clock: Clock;
  beforeEach(() => {
    clock = stopClock();
  });
  afterEach(() => clock.restore());

  it('says of more messages than the limit that they can never be sent, with both numbers', async () => {
    const outbox = createOutbox({ ...OPTIONS, limit: 3 });
    const { code, reason, message } = await rejection(outbox.add(messages('a', 'b', 'c', 'd')));
    ({ code, reason }).should.eql({ code: 'EZT_QUEUE_FULL', reason: 'queueTooShort' });
    message.should.match(/^4 .* limit of 3.*never/);
    const held = outbox.add(messages('a', 'b', 'c'));
    (await rejection(outbox.add(messages('a', 'b', 'c')))).reason.should.equal('queueFull');
    outbox.attach(fakeConnection());
    await outbox.close();
    await rejection(held);
  });

  it('says what the message waited for: the broker, its answer, or the rate', async () => {
    const expiring = { ...OPTIONS, expiry: 10_000, rate: 0.01 };
    const away = createOutbox(expiring);
    const offline = rejection(away.add(messages('a')));
    const slow = createOutbox(expiring);
    const connection = fakeConnection(1);
    slow.attach(connection);
    const unanswered = rejection(slow.add(messages('a')));
    const behind = rejection(slow.add(messages('b')));
    const free = createOutbox(expiring);
    const quick = fakeConnection(1);
    free.attach(quick);
    const first = free.add(messages('a'));
    const limited = rejection(free.add(messages('b')));
    quick.unanswered[0]?.settle();
    await first;
    clock.pass(10_000);
    (await offline).should.have.properties({ reason: 'expired', params: { seconds: 10 } });
    for (const one of [unanswered, behind]) (await one).reason.should.equal('expiredUnanswered');
    const { reason, params, message } = await limited;
    ({ reason, params }).should.eql({ reason: 'expiredByRate', params: { seconds: 10, rate: 0.01 } });
    message.should.match(/rate limit of 0\.01 a second/);
    quick.sent.should.eql(['a']);
  });
});
