import type { MqttClient } from 'mqtt';
import should from 'should';
import { type SuiteBroker, startBroker } from '../../support/broker';
import { until } from '../../support/events';
import { needs } from '../../support/machine';
import {
  attributesOf,
  closeAll,
  DEVICE,
  KEY,
  numbered,
  numbers,
  openConnected,
  type RecordingListener,
  recordingListener,
  upTo,
} from './harness';

const OTHER = 'DU_0000000002';
const WILDCARD = `open/${KEY}/+/attributes`;
/** What an recordingListener that should have heard 0 … `last` in order missed, or heard twice or late. */
const irregular = (it: RecordingListener, last: number) => {
  const heard = numbers(it);
  const missed = upTo(last + 1).filter((n) => !heard.includes(n));
  const again = heard.filter((n, i) => i > 0 && n <= (heard[i - 1] ?? 0));
  return [...missed.map((n) => `${n} missed`), ...again.map((n) => `${n} again`)];
};

describe('transport: overlapping filters on a real broker', function () {
  needs(this, 'broker');
  this.timeout(60_000);
  let broker: SuiteBroker;
  let platform: MqttClient;
  before(async () => {
    broker = await startBroker();
    platform = await broker.platform();
  });
  afterEach(closeAll);
  after(() => broker.stop());

  const send = (topic: string, payload: string, retain = false) =>
    platform.publishAsync(topic, payload, { qos: 1, retain });

  /**
   * Streams numbered messages, in bursts, until told to stop; resolves with how many. Stays a hundred or so ahead of what
   * was `seen` at most: mosquitto drops what it cannot hold.
   */
  function stream(topic: string, burst: number, seen: () => number): () => Promise<number> {
    let stopped = false;
    let sent = 0;
    const streaming = (async () => {
      while (!stopped) {
        const first = sent;
        sent += burst;
        await Promise.all(upTo(burst).map((n) => send(topic, numbered(first + n))));
        await until(() => stopped || sent - seen() < 100, 20_000, 'the receiver');
      }
      return sent;
    })();
    return () => {
      stopped = true;
      return streaming;
    };
  }

  for (const protocol of ['5', '3.1.1'] as const) {
    it(`each listener gets each message once, in order, MQTT ${protocol} (case 17)`, async () => {
      const { client } = await openConnected(broker, { protocol });
      const all = [
        recordingListener(),
        recordingListener({ devices: [DEVICE] }),
        recordingListener(),
        recordingListener({ devices: [DEVICE, OTHER], qos: 2 }),
      ];
      for (const each of all) client.listen(each);
      await until(() => client.details().filters[WILDCARD] === 2, 5000, 'the filter');
      Object.keys(client.details().filters).should.deepEqual([WILDCARD]);
      for (const n of upTo(50)) await send(attributesOf(), numbered(n));
      await until(() => all.every(({ messages }) => messages.length >= 50), 5000, 'the messages');
      for (const each of all) numbers(each).should.deepEqual(upTo(50));
      client.counters.received.should.equal(50);
    });

    for (const [load, burst, slowness] of [
      ['a stream', 5, 0],
      ['a flood that mosquitto has to hold back', 200, 0],
      ['a stream faster than the flow', 20, 2],
    ] as const) {
      const promise = protocol === '3.1.1' && burst > 5 ? 'none lost' : 'none lost, none doubled';
      it(`${promise} while filters change places under ${load}, MQTT ${protocol} (case 17)`, async () => {
        const { client } = await openConnected(broker, { protocol });
        const work = () => {
          for (const end = performance.now() + slowness; performance.now() < end; );
        };
        const one = recordingListener({ devices: [DEVICE] }, work);
        client.listen(one);
        await until(() => client.details().filters[attributesOf()] === 1, 5000, 'the filter');
        const seen = () => one.messages.length;
        const end = stream(attributesOf(), burst, seen);
        for (const _ of upTo(3)) {
          const every: RecordingListener = recordingListener();
          client.listen(every);
          await until(() => client.details().filters[WILDCARD] === 1, 10_000, 'the wildcard');
          await until(() => Object.keys(client.details().filters).length === 1, 10_000, 'it alone');
          const some = seen() + burst;
          await until(() => seen() > some, 20_000, 'more messages');
          client.unlisten(every);
          await until(
            () => Object.keys(client.details().filters)[0] === attributesOf(),
            10_000,
            'the filter',
          );
          numbers(every).should.deepEqual([...numbers(every)].sort((a, b) => a - b));
        }
        const count = await end();
        await until(() => seen() >= count, 30_000, 'the last message');
        await send(attributesOf(), numbered(count));
        await until(() => numbers(one).at(-1) === count, 30_000, 'the last of all');
        const wrong = irregular(one, count);
        // Without identifiers, a copy that mosquitto held back for longer than a moment counts as a message.
        const tolerated = protocol === '3.1.1' && burst > 5 ? /again$/ : /^$/;
        wrong.filter((each) => !tolerated.test(each)).should.be.empty();
      });
    }

    it(`a message repeated while filters change places arrives as often, MQTT ${protocol}`, async () => {
      const { client } = await openConnected(broker, { protocol });
      const one = recordingListener({ devices: [DEVICE] });
      client.listen(one);
      await until(() => client.details().filters[attributesOf()] === 1, 5000, 'the filter');
      client.listen(recordingListener());
      await until(() => Object.keys(client.details().filters)[0] === WILDCARD, 5000, 'the wildcard');
      // Without identifiers, equal messages within a second after the change cannot be told from copies.
      const over = performance.now() + (protocol === '5' ? 0 : 1100);
      await until(() => performance.now() >= over, 2000, 'the change to be over');
      for (const _ of upTo(10)) await send(attributesOf(), numbered(1));
      await until(() => one.messages.length >= 10, 5000, 'the messages');
      await send(attributesOf(), numbered(2));
      await until(() => numbers(one).at(-1) === 2, 5000, 'the last message');
      one.messages.length.should.equal(11);
    });
  }

  it('more filters than one packet holds give way to a wildcard without a loss (case 17)', async () => {
    const devices = upTo(1200).map((n) => `DU_${String(n).padStart(10, '0')}`);
    const { client } = await openConnected(broker);
    const some = recordingListener({ devices });
    client.listen(some);
    await until(() => Object.keys(client.details().filters).length === 1200, 10_000, 'the filters');
    const topic = attributesOf(devices[0]);
    const end = stream(topic, 20, () => some.messages.length);
    await until(() => some.messages.length > 20, 5000, 'messages');
    client.listen(recordingListener());
    await until(() => Object.keys(client.details().filters).length === 1, 10_000, 'the wildcard alone');
    const count = await end();
    await send(topic, numbered(count));
    await until(() => numbers(some).at(-1) === count, 10_000, 'the last message');
    irregular(some, count).should.be.empty();
  });

  for (const protocol of ['5', '3.1.1'] as const) {
    it(`retained messages are flagged, and not replayed when a listener is replaced, MQTT ${protocol} (case 18)`, async () => {
      const topic = attributesOf('DU_retained');
      await send(topic, numbered(7), true);
      const { client } = await openConnected(broker, { protocol });
      const first = recordingListener();
      client.listen(first);
      await until(() => first.messages.length === 1, 5000, 'the retained message');
      should(first.messages[0]).have.property('retain', true);
      const second = recordingListener();
      client.pause();
      client.unlisten(first);
      client.listen(second);
      client.resume();
      client.listen(recordingListener({ qos: 0 }));
      client.listen(recordingListener({ devices: ['DU_retained'] }));
      await send(topic, numbered(8));
      await until(() => second.messages.length >= 1, 5000, 'the next message');
      second.messages.map(({ retain, payload }) => [retain, payload]).should.deepEqual([[false, { n: 8 }]]);
      await closeAll();
      await send(topic, '', true);
    });
  }
});
