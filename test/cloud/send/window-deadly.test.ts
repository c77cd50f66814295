import fc from 'fast-check';
import should from 'should';
import { createOutbox } from '../../../cloud/send/outbox';
import { createWindow } from '../../../cloud/send/window';
import type { Outgoing } from '../../../cloud/transport/publish-packets';
import { type Clock, stopClock } from './clock';
import { fakeConnection, messages } from './fake-connection';
import { rejection } from './settling';

const OPTIONS = { limit: 1000, expiry: 60_000, rate: 0 };
const topics = (n: number) => Array.from({ length: n }, (_, i) => String(i));
const qos0 = (topic: string): Outgoing => ({ topic, payload: Buffer.from('{}'), qos: 0 });

describe('window', () => {
  let clock: Clock;
  beforeEach(() => {
    clock = stopClock();
  });
  afterEach(() => clock.restore());

  describe('a message on which the broker hangs up', () => {
    /** Connects again and again to a broker that hangs up on `deadly` and acknowledges the rest; returns all sent. */
    function live(outbox: ReturnType<typeof createOutbox>, deadly: ReadonlySet<string>, connections = 20) {
      const sent: string[][] = [];
      for (let i = 0; i < connections && outbox.size() > 0; i += 1) {
        const connection = fakeConnection(32);
        sent.push(connection.sent);
        outbox.attach(connection);
        for (;;) {
          const [oldest] = connection.unanswered;
          if (!oldest || deadly.has(oldest.topic)) break;
          oldest.settle();
        }
        outbox.detach('hungUp');
      }
      return sent;
    }

    it('is set aside after the second time, and the twenty behind it go out', async () => {
      const outbox = createOutbox(OPTIONS);
      const bad = rejection(outbox.add(messages('bad')));
      const good = outbox.add(messages(...topics(20)));
      const sent = live(outbox, new Set(['bad']));
      await good;
      (await bad).should.have.properties({ code: 'EZT_REFUSED', reason: 'hungUp' });
      sent
        .flat()
        .filter((topic) => topic === 'bad')
        .length.should.equal(2);
      sent.length.should.equal(3);
    });

    it('is found wherever it stands, and several are, one after the other', async () => {
      const outbox = createOutbox(OPTIONS);
      const outcomes = topics(60).map((topic) =>
        outbox.add(messages(topic)).then(
          () => 'sent',
          ({ code }) => code,
        ),
      );
      live(outbox, new Set(['0', '7', '8', '30', '59']));
      const settled = await Promise.all(outcomes);
      settled
        .flatMap((outcome, i) => (outcome === 'sent' ? [] : [`${i} ${outcome}`]))
        .should.eql(['0 EZT_REFUSED', '7 EZT_REFUSED', '8 EZT_REFUSED', '30 EZT_REFUSED', '59 EZT_REFUSED']);
    });

    it('is never an innocent one, and the others all arrive, whichever are deadly', () =>
      fc.assert(
        fc.asyncProperty(fc.uniqueArray(fc.nat(39), { maxLength: 6 }), async (numbers) => {
          const deadly = new Set(numbers.map(String));
          const outbox = createOutbox(OPTIONS);
          const outcomes = topics(40).map((topic) =>
            outbox.add(messages(topic)).then(
              () => false,
              () => true,
            ),
          );
          live(outbox, deadly, 40);
          outbox.size().should.equal(0);
          const failed = (await Promise.all(outcomes)).flatMap((refused, i) => (refused ? [String(i)] : []));
          new Set(failed).should.eql(deadly);
        }),
      ));

    const survives: [string, (outbox: ReturnType<typeof createOutbox>, clock: Clock) => void][] = [
      [
        'the connection ended by keepalive',
        (outbox) => {
          outbox.attach(fakeConnection());
          outbox.detach('starved');
        },
      ],
      [
        'it had been on its way for long',
        (outbox, { pass }) => {
          outbox.attach(fakeConnection());
          pass(5_001);
          outbox.detach('hungUp');
        },
      ],
    ];
    for (const [why, dies] of survives) {
      it(`is not suspected where ${why}`, () => {
        const outbox = createOutbox(OPTIONS);
        outbox.attach(fakeConnection());
        void outbox.add(messages('a'));
        outbox.detach('hungUp');
        dies(outbox, clock);
        outbox.size().should.be.aboveOrEqual(1);
      });
    }

    it('is not suspected where the broker hangs up with nothing on its way, too', () => {
      const outbox = createOutbox(OPTIONS);
      outbox.attach(fakeConnection());
      void outbox.add(messages('a'));
      outbox.detach('hungUp').should.be.false();
      const window = createWindow<object>();
      const entry = {};
      for (const inFlight of [[entry], [], [entry]]) {
        window.begin();
        window.sent(true);
        should(window.ended('hungUp', inFlight, 10)).be.undefined();
      }
    });

    it('is not suspected of what one of QoS 0 that went before it may have done', async () => {
      const outbox = createOutbox(OPTIONS);
      outbox.attach(fakeConnection());
      void outbox.add([qos0('z')]);
      const bad = rejection(outbox.add(messages('a')));
      outbox.detach('hungUp');
      for (const held of [1, 0]) {
        outbox.attach(fakeConnection());
        outbox.detach('hungUp');
        outbox.size().should.equal(held);
      }
      (await bad).reason.should.equal('hungUp');
    });

    it('is not made out of attempts that never came up', async () => {
      const outbox = createOutbox(OPTIONS);
      outbox.attach(fakeConnection());
      const bad = rejection(outbox.add(messages('a')));
      for (const _ of topics(5)) outbox.detach('hungUp').should.be.false();
      outbox.size().should.equal(1);
      outbox.attach(fakeConnection());
      outbox.detach('hungUp').should.be.true();
      (await bad).reason.should.equal('hungUp');
    });
  });
});
