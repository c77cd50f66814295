import { EztError } from '../../../cloud/protocol/errors';
import { createOutbox } from '../../../cloud/send/outbox';
import { messages, openLink } from './carrier';
import { type Clock, stopClock } from './clock';
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
    const link = openLink();
    outbox.attach(link.carrier);
    const owner = {};
    const { until, open } = gate();
    const added = outbox.add(messages('a'), owner, until);
    outbox.size(owner).should.equal(1);
    void outbox.add(messages('b'));
    link.sent.should.eql(['b']);
    (await rejection(outbox.add(messages('c'), owner, until))).code.should.equal('EZT_QUEUE_FULL');
    open();
    await turn();
    link.sent.should.eql(['b', 'a']);
    link.acknowledge(2);
    await added;
  });

  it('expires, is withdrawn and fails like everything else, and is not sent then', async () => {
    const outbox = createOutbox(OPTIONS);
    const link = openLink();
    outbox.attach(link.carrier);
    const owner = {};
    const [one, two] = [gate(), gate()];
    const withdrawn = rejection(outbox.add(messages('a'), owner, one.until));
    const refused = rejection(outbox.add(messages('b'), undefined, two.until));
    const expired = rejection(outbox.add(messages('c'), undefined, one.until));
    void outbox.withdraw(owner);
    (await withdrawn).reason.should.equal('closed');
    two.refuse(new EztError('repliesRefused', { code: '0x87' }));
    (await refused).reason.should.equal('repliesRefused');
    clock.pass(60_000);
    (await expired).code.should.equal('EZT_EXPIRED');
    one.open();
    await turn();
    link.sent.should.be.empty();
    outbox.size().should.equal(0);
  });
});
