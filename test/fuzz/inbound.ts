import { CHANNELS, type Channel, DATA_FORMATS } from '../../cloud';
import { createDeviceMemory } from '../../cloud/devices/device-memory';
import { topicParser } from '../../cloud/protocol/topics';
import { createInbox } from '../../cloud/receive/inbox';
import type { Listener } from '../../cloud/subscriptions/listener';
import { createRouter } from '../../cloud/subscriptions/router';
import { close, KEY, open, recordingListener } from '../cloud/transport/harness';
import { until } from '../support/events';
import { startScriptedBroker } from '../support/scripted-broker';
import { mutate, payload, topic } from './mutations';
import type { Random } from './random';

export interface InboundTotals {
  received: number;
  delivered: number;
  malformed: number;
  ignored: number;
  acknowledged: number;
  /** What something of ours threw: must stay empty. */
  errors: string[];
}

const emptyTotals = (): InboundTotals => ({
  received: 0,
  delivered: 0,
  malformed: 0,
  ignored: 0,
  acknowledged: 0,
  errors: [],
});
const pristine = () => JSON.stringify(Reflect.ownKeys(Object.prototype).map(String));

/** Puts `count` mutated messages through everything between the connection and the flow. */
export async function fuzzMessages(
  count: number,
  random: Random,
  onProgress: (done: number) => void = () => undefined,
): Promise<InboundTotals> {
  const totals = emptyTotals();
  const router = createRouter(KEY, '');
  for (const listener of listeners(totals)) router.add(listener);
  const prototype = pristine();
  const inbox = createInbox({
    project: '',
    parse: topicParser(KEY),
    router,
    subscriptions: { isDuplicate: () => false },
    memory: createDeviceMemory(),
    recent: { note: () => undefined },
    ownPushes: { of: () => undefined },
    replies: () => undefined,
    grouped: false,
    paused: () => false,
    onError: (error) => totals.errors.push(String(error)),
  });
  const connection = {
    publish: () => undefined,
    subscribe: () => Promise.resolve([]),
    unsubscribe: () => Promise.resolve([]),
    acknowledge: () => {
      totals.acknowledged += 1;
    },
    pauseReading: () => undefined,
    resumeReading: () => undefined,
    close: () => Promise.resolve(),
  };
  for (let done = 1; done <= count; done += 1) {
    const message = {
      topic: topic(KEY, random),
      payload: payload(random),
      qos: 1,
      retain: random.onceIn(9),
    } as const;
    inbox.receive(connection, { ...message, identifiers: [], packetId: done % 65_536 });
    if (done % 10_000 === 0 || done === count) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      onProgress(done);
    }
  }
  if (pristine() !== prototype || 'polluted' in {}) totals.errors.push('Object.prototype has changed');
  const { received, ignored } = inbox.counters;
  return { ...totals, received, ignored };
}

/** Listeners of every kind: any device and one, both outputs, every format, filters of every sort. */
function listeners(totals: InboundTotals): Listener[] {
  const variants = DATA_FORMATS.flatMap((dataFormat) =>
    (['message', 'value'] as const).map((output) => ({ dataFormat, output })),
  );
  return variants.map(({ dataFormat, output }, i) => ({
    devices: i % 3 === 0 ? ['DU_1', '__proto__'] : [],
    channels: [...CHANNELS] as Channel[],
    streams: i % 4 === 0 ? ['s1', '__proto__'] : [],
    qos: 1,
    unshared: false,
    receiver: {
      attributes: i % 5 === 0 ? ['temperature', '__proto__', 'constructor'] : [],
      methods: i % 6 === 0 ? ['count', 'toString'] : [],
      dataFormat,
      output,
      onMessage: () => {
        totals.delivered += 1;
      },
      onMalformed: () => {
        totals.malformed += 1;
      },
    },
  }));
}

/** Sends `count` of them as valid MQTT from a broker; resolves with the connections that took: one, if all is well. */
export async function fuzzValidPackets(count: number, random: Random): Promise<number> {
  const broker = await startScriptedBroker();
  const { client } = open(broker, {}, 1);
  try {
    const [listener] = listeners(emptyTotals());
    if (listener) client.listen(listener);
    await until(() => Object.keys(client.details().filters).length > 0, 5000, 'the subscriptions');
    for (let done = 0; done < count; done += 1) {
      const qos = random.pick([0, 1, 2] as const);
      const messageId = (done % 65_535) + 1;
      broker.current.send({
        cmd: 'publish',
        topic: topic(KEY, random),
        payload: payload(random),
        qos,
        retain: random.onceIn(9),
        dup: qos > 0 && random.onceIn(9),
        ...(qos > 0 && { messageId }),
        ...(random.onceIn(2) && { properties: properties(random) }),
      });
      // Never more than the receive maximum of 100 unacknowledged.
      const all = () => client.counters.received === done + 1;
      if (done % 50 === 49) await until(all, 10_000, 'the messages');
    }
    return broker.connections.length;
  } finally {
    await close(client);
    await broker.stop();
  }
}

const properties = (random: Random) => ({
  subscriptionIdentifier: 1 + random.below(300),
  userProperties: { [`k${random.below(9)}`]: payload(random).toString('latin1') },
  contentType: 'x',
  messageExpiryInterval: random.below(1000),
});

/** Sends `count` broken streams, one per connection; resolves when the client has survived each and is connected. */
export async function fuzzBytes(count: number, random: Random): Promise<void> {
  const broker = await startScriptedBroker();
  const { client } = open(broker, {}, 1);
  try {
    client.listen(recordingListener());
    for (let done = 0; done < count; done += 1) {
      await until(() => client.state.is === 'connected', 10_000, 'the connection');
      const { current } = broker;
      const publish = Buffer.concat([Buffer.of(0x32, 40, 0, 20), Buffer.from(`open/${KEY}/DU_1/attributes`)]);
      const bytes = random.onceIn(2) ? random.bytes(1 + random.below(200)) : mutate(publish, random);
      current.raw(bytes);
      current.close(); // what waits for the rest of a packet would wait for ever
      await until(() => !current.open, 10_000, 'the end of the connection');
    }
    await until(() => client.state.is === 'connected', 10_000, 'the connection');
  } finally {
    await close(client);
    await broker.stop();
  }
}
