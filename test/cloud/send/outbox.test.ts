import should from 'should';
import { createOutbox } from '../../../cloud/send/outbox';
import type { Outgoing } from '../../../cloud/transport/publish-packets';
import { type Clock, stopClock } from './clock';
import { fakeConnection, messages } from './fake-connection';
import { rejection, turn } from './settling';

const OPTIONS = { limit: 1000, expiry: 60_000, rate: 0 };
const topics = (n: number) => Array.from({ length: n }, (_, i) => String(i));

describe('outbox', () => {
  let clock: Clock;
  beforeEach(() => {
    clock = stopClock();
  });
  afterEach(() => clock.restore());

  it('resolves when the broker has acknowledged all', async () => {
    const outbox = createOutbox(OPTIONS);
    const connection = fakeConnection();
    outbox.attach(connection);
    let done = false;
    const added = outbox.add(messages('a', 'b')).then(() => {
      done = true;
    });
    connection.acknowledge();
    await turn();
    done.should.be.false();
    connection.acknowledge();
    await added;
    outbox.size().should.equal(0);
  });

  it('resolves for nothing to send', () => createOutbox(OPTIONS).add([]));

  it('rejects with the first error once all are settled', async () => {
    const outbox = createOutbox(OPTIONS);
    const connection = fakeConnection();
    outbox.attach(connection);
    const failed = rejection(outbox.add(messages('a', 'b', 'c')));
    connection.unanswered[1]?.settle(0x87);
    connection.unanswered[0]?.settle(0x99);
    outbox.size().should.equal(1);
    connection.acknowledge();
    (await failed).should.have.properties({
      code: 'EZT_REFUSED',
      message: 'The broker refused the message: not authorized (0x87).',
    });
  });

  it('accepts all or none, up to the limit of waiting and unacknowledged ones', async () => {
    const outbox = createOutbox({ ...OPTIONS, limit: 3 });
    const connection = fakeConnection();
    outbox.attach(connection);
    const first = outbox.add(messages('a', 'b'));
    (await rejection(outbox.add(messages('c', 'd')))).code.should.equal('EZT_QUEUE_FULL');
    outbox.size().should.equal(2);
    const second = outbox.add(messages('e'));
    connection.acknowledge(3);
    await Promise.all([first, second]);
    connection.sent.should.eql(['a', 'b', 'e']);
    (await rejection(outbox.add(messages(...topics(4))))).code.should.equal('EZT_QUEUE_FULL');
  });

  it('settles QoS 0 as it is written, however many there are', async () => {
    const outbox = createOutbox(OPTIONS);
    const connection = fakeConnection(1);
    const added = outbox.add(
      topics(1000).map((topic): Outgoing => ({ topic, payload: Buffer.alloc(0), qos: 0 })),
    );
    outbox.attach(connection);
    outbox.size().should.equal(0);
    connection.sent.should.eql(topics(1000));
    await added;
  });

  it('never has more unacknowledged than the window holds', () => {
    const outbox = createOutbox(OPTIONS);
    const connection = fakeConnection(3);
    void outbox.add(messages(...topics(10)));
    outbox.attach(connection);
    for (let sent = 3; sent <= 10; sent += 1) {
      connection.sent.length.should.equal(sent);
      connection.acknowledge();
    }
    connection.acknowledge(3);
    outbox.size().should.equal(0);
  });

  it('keeps the place of an expired message in the window: the broker still holds it', async () => {
    const outbox = createOutbox(OPTIONS);
    const connection = fakeConnection(1);
    outbox.attach(connection);
    const expired = rejection(outbox.add(messages('a')));
    clock.pass(60_001);
    (await expired).code.should.equal('EZT_EXPIRED');
    void outbox.add(messages('b'));
    connection.sent.should.eql(['a']);
    connection.acknowledge();
    connection.sent.should.eql(['a', 'b']);
  });

  describe('a packet larger than the broker takes', () => {
    const fits = (length: number, maximum: number, qos: 0 | 1) => {
      const outbox = createOutbox(OPTIONS);
      const connection = fakeConnection(1, maximum);
      outbox.attach(connection);
      outbox
        .add([{ topic: 'abc', payload: Buffer.alloc(length), qos }])
        .catch(() => should(connection.sent).be.empty());
      return connection.sent.length === 1;
    };
    const sizes: [number, 0 | 1, number][] = [
      [0, 1, 15],
      [114, 1, 129],
      [115, 1, 131],
      [117, 0, 131],
      [16_370, 1, 16_386],
      [16_371, 1, 16_388],
      [2_097_139, 1, 2_097_157],
    ];
    for (const [length, qos, size] of sizes) {
      it(`is counted to the byte: ${length} bytes of payload at QoS ${qos} make ${size}`, () => {
        fits(length, size, qos).should.be.true();
        fits(length, size - 1, qos).should.be.false();
      });
    }

    it('fails alone', async () => {
      const outbox = createOutbox(OPTIONS);
      const connection = fakeConnection(1, 100);
      outbox.attach(connection);
      const tooLarge = outbox.add([{ topic: 'a', payload: Buffer.alloc(200), qos: 1 }]);
      void outbox.add(messages('b'));
      (await rejection(tooLarge)).should.have.properties({ code: 'EZT_PAYLOAD', reason: 'tooLarge' });
      connection.sent.should.eql(['b']);
    });
  });
});
