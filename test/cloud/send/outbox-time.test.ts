import should from 'should';
import { createOutbox } from '../../../cloud/send/outbox';
import { type Clock, stopClock } from './clock';
import { fakeConnection, messages } from './fake-connection';
import { rejection, turn } from './settling';

const OPTIONS = { limit: 1000, expiry: 60_000, rate: 0 };

describe('outbox and time', () => {
  let clock: Clock;
  beforeEach(() => {
    clock = stopClock();
  });
  afterEach(() => clock.restore());

  describe('expiry', () => {
    it('fails a message that waits for a connection, each in its own time', async () => {
      const outbox = createOutbox(OPTIONS);
      const first = rejection(outbox.add(messages('a')));
      clock.pass(1000);
      void outbox.add(messages('b'));
      clock.pass(58_999);
      outbox.size().should.equal(2);
      clock.pass(1);
      outbox.size().should.equal(1);
      (await first).should.have.properties({ code: 'EZT_EXPIRED', params: { seconds: 60 } });
      const connection = fakeConnection();
      outbox.attach(connection);
      connection.sent.should.eql(['b']);
    });

    it('fails a message that is not acknowledged, however often it was sent', async () => {
      const outbox = createOutbox(OPTIONS);
      const failed = rejection(outbox.add(messages('a')));
      for (let i = 0; i < 6; i += 1) {
        outbox.attach(fakeConnection());
        clock.pass(9000);
        outbox.detach();
      }
      clock.pass(6000);
      (await failed).code.should.equal('EZT_EXPIRED');
      const connection = fakeConnection();
      outbox.attach(connection);
      connection.sent.should.be.empty();
    });

    it('keeps nothing of an hour offline but what is still held', async () => {
      const outbox = createOutbox({ ...OPTIONS, rate: 10 });
      let failed = 0;
      for (let i = 0; i < 3600; i += 1) {
        outbox.add(messages(i)).catch(() => {
          failed += 1;
        });
        clock.pass(1000);
      }
      await turn();
      outbox.size().should.be.belowOrEqual(60);
      failed.should.equal(3600 - outbox.size());
      const connection = fakeConnection();
      outbox.attach(connection);
      clock.pass(1);
      connection.sent.should.not.be.empty(); // at once: what has expired takes no part in the rate
    });
  });

  describe('a rate', () => {
    const sentAt = (rate: number, n: number) => {
      const times: number[] = [];
      const outbox = createOutbox({ ...OPTIONS, rate });
      const start = clock.now();
      void outbox.add(messages(...Array(n).keys()));
      outbox.attach({
        receiveMaximum: 65_535,
        maximumPacketSize: 1000,
        maximumQos: 2,
        publish(_topic, _payload, _qos, settled) {
          times.push(clock.now() - start);
          settled();
        },
      });
      clock.pass(59_000);
      return times;
    };

    it('spaces messages evenly', () => {
      sentAt(1, 4).should.eql([0, 1000, 2000, 3000]);
      sentAt(4, 5).should.eql([0, 250, 500, 750, 1000]);
      sentAt(0.5, 3).should.eql([0, 2000, 4000]);
    });

    for (const rate of [1, 3, 7, 50, 300, 1000]) {
      it(`of ${rate} a second is kept, and made use of`, () => {
        const times = sentAt(rate, Math.min(1000, rate * 10));
        for (const [i, at] of times.entries()) {
          should((times[i + rate] ?? Number.POSITIVE_INFINITY) - at).be.aboveOrEqual(990);
        }
        should(times.at(-1)).be.belowOrEqual((1000 * times.length) / rate);
      });
    }

    it('gives no credit for time in which nothing was sent', () => {
      const outbox = createOutbox({ ...OPTIONS, rate: 1 });
      const connection = fakeConnection();
      outbox.attach(connection);
      clock.pass(10_000);
      void outbox.add(messages('a', 'b', 'c'));
      connection.sent.should.eql(['a']);
      clock.pass(1000);
      connection.sent.should.eql(['a', 'b']);
    });

    it('goes on over connections, and stops with close', () => {
      const outbox = createOutbox({ ...OPTIONS, rate: 1 });
      outbox.add(messages('a', 'b', 'c')).catch(() => undefined);
      outbox.attach(fakeConnection());
      outbox.detach();
      clock.pass(500);
      const connection = fakeConnection();
      outbox.attach(connection);
      connection.sent.should.be.empty();
      clock.pass(500);
      connection.sent.should.eql(['a']);
      void outbox.close();
      clock.timers().should.equal(0);
    });
  });
});
