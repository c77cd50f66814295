import { EztError } from '../../../cloud/protocol/errors';
import { createOutbox } from '../../../cloud/send/outbox';
import { type Clock, stopClock } from './clock';
import { fakeConnection, messages } from './fake-connection';
import { rejection, turn } from './settling';

const OPTIONS = { limit: 1000, expiry: 60_000, rate: 0 };

describe('outbox: what has to wait for something else', () => {
  let clock: Clock;
  beforeEach(() => {
    clock = stopClock();
  });
  afterEach(() => clock.restore());

  const gate = () => {
    let open: () => void = () => undefined;
    let refuse: (error: EztError) => void = () => undefined;
    const until = new Promise<void>((resolve, reject) => {
      open = resolve;
      refuse = reject;
    });
    return { until, open, refuse };
  };

  it('counts from its acceptance, and keeps nothing else back', async () => {
    const outbox = createOutbox({ ...OPTIONS, limit: 2 });
    const connection = fakeConnection();
    outbox.attach(connection);
    const owner = {};
    const { until, open } = gate();
    const added = outbox.add(messages('a'), owner, until);
    outbox.size(owner).should.equal(1);
    void outbox.add(messages('b'));
    connection.sent.should.eql(['b']);
    (await rejection(outbox.add(messages('c'), owner, until))).code.should.equal('EZT_QUEUE_FULL');
    open();
    await turn();
    connection.sent.should.eql(['b', 'a']);
    connection.acknowledge(2);
    await added;
  });

  it('does not let later ones overtake it while nothing can be sent', async () => {
    const outbox = createOutbox(OPTIONS);
    const { until, open } = gate();
    for (const topic of ['a', 'b']) void outbox.add(messages(topic), {}, until);
    for (const topic of ['c', 'd']) void outbox.add(messages(topic)); // the connection has ended: there is no answer to wait for
    open();
    await turn();
    const connection = fakeConnection();
    outbox.attach(connection);
    connection.sent.should.eql(['a', 'b', 'c', 'd']);
    connection.acknowledge(4);
  });

  it('expires, is closed and fails like everything else, and is not sent then', async () => {
    const outbox = createOutbox(OPTIONS);
    const connection = fakeConnection();
    outbox.attach(connection);
    const owner = {};
    const [one, two] = [gate(), gate()];
    const closed = rejection(outbox.add(messages('a'), owner, one.until));
    const refused = rejection(outbox.add(messages('b'), undefined, two.until));
    const expired = rejection(outbox.add(messages('c'), undefined, one.until));
    void outbox.closeFor(owner);
    (await closed).reason.should.equal('closed');
    two.refuse(new EztError('repliesRefused', { code: '0x87' }));
    (await refused).reason.should.equal('repliesRefused');
    clock.pass(60_000);
    (await expired).code.should.equal('EZT_EXPIRED');
    one.open();
    await turn();
    connection.sent.should.be.empty();
    outbox.size().should.equal(0);
  });
});
