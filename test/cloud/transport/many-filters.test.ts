import { connectAsync } from 'mqtt';
import should from 'should';
import { formatTopic } from '../../../cloud';
import { startBroker } from '../../support/broker';
import { startFastEmulator } from '../../support/emulator';
import { until } from '../../support/events';
import { needs } from '../../support/machine';
import { closeAll, numbered, numbers, openConnected, recordingListener, upTo } from './harness';

const COUNT = 10_000;
const DEVICES = upTo(COUNT).map((n) => `DU_${String(n).padStart(10, '0')}`);

/** What the suite runs on, and how to end it. */
interface Running {
  endpoint: string;
  ca: string;
  key: string;
  secret: string;
  servername?: string;
  stop(): Promise<void>;
}

async function emulator(): Promise<Running> {
  const {
    endpoint,
    ca,
    projectKey: key,
    projectSecret: secret,
    stop,
  } = await startFastEmulator({ builtIn: false });
  return { endpoint, ca, key, secret, stop };
}

for (const [name, start] of [
  ['a real broker', () => startBroker()],
  ['the emulator', emulator],
] as const) {
  describe(`transport: a filter for each of 10,000 devices, on ${name}`, function () {
    if (name === 'a real broker') needs(this, 'broker');
    this.timeout(60_000);
    let broker: Running;
    before(async () => {
      broker = await start();
    });
    afterEach(closeAll);
    after(() => broker.stop());

    for (const protocol of ['5', '3.1.1'] as const) {
      it(`all are granted, and each is heard, on one connection, MQTT ${protocol}`, async () => {
        const { client } = await openConnected(broker, { protocol });
        const all = recordingListener({ devices: DEVICES });
        client.listen(all);
        const granted = () => Object.values(client.details().filters).filter((qos) => qos === 1).length;
        await until(() => granted() === COUNT, 30_000, 'all filters');
        const { endpoint, ca, key: username, secret: password } = broker;
        const devices = await connectAsync(endpoint, { ca, username, password, protocolVersion: 5 });
        for (const n of [0, 4999, 9999]) {
          const topic = formatTopic(username, DEVICES[n] ?? '', 'attributes');
          await devices.publishAsync(topic, numbered(n), { qos: 1 });
        }
        await until(() => all.messages.length === 3, 5000, 'the messages');
        should(numbers(all)).deepEqual([0, 4999, 9999]);
        should(client.counters.connections).equal(1);
        await devices.endAsync();
      });
    }
  });
}
