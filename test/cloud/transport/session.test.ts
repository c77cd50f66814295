import type { MqttClient } from 'mqtt';
import should from 'should';
import { formatTopic } from '../../../cloud';
import { until, within } from '../../support/events';
import { needs } from '../../support/machine';
import { type Mosquitto, startMosquitto } from '../../support/mosquitto';
import { startProxy, type TcpProxy } from '../../support/proxy';
import {
  attributesOf,
  close,
  closeAll,
  connected,
  dialled,
  KEY,
  numbered,
  numbers,
  openConnected,
  recordingListener,
  upTo,
} from './harness';

const ATTRIBUTES = formatTopic(KEY, '+', 'attributes');
const ALARMS = formatTopic(KEY, '+', 'alarm');

for (const protocol of ['5', '3.1.1'] as const) {
  const version = protocol === '5' ? 5 : 4;
  const session = (clientId: string) => ({ clean: false, randomClientId: false, clientId, protocol });

  describe(`transport: persistent session on mosquitto, MQTT ${protocol}`, function () {
    needs(this, 'mosquitto');
    let broker: Mosquitto;
    let proxy: TcpProxy;
    let platform: MqttClient;
    before(async () => {
      broker = await startMosquitto({ persistence: true });
      proxy = await startProxy({ port: broker.ports.mqtts });
      platform = await broker.platform();
    });
    afterEach(async () => {
      await closeAll();
      await proxy.refuse(false);
    });
    after(async () => {
      await proxy.stop();
      await broker.stop();
    });
    const behindProxy = () => ({ endpoint: `mqtts://127.0.0.1:${proxy.port}`, ca: broker.ca });
    const send = (topic: string, n: number) => platform.publishAsync(topic, numbered(n), { qos: 1 });
    /** Cuts the link; returns how to mend it. */
    async function cut() {
      await proxy.refuse(true);
      proxy.cut();
      return () => proxy.refuse(false);
    }

    it('what comes while the link is down arrives after it, once, in order', async () => {
      const { client } = await openConnected(behindProxy(), session('queued'));
      const all = recordingListener();
      client.listen(all);
      await until(() => client.details().filters[ATTRIBUTES] === 1, 5000, 'the filter');
      await send(attributesOf(), 0);
      await until(() => all.messages.length === 1, 5000, 'the first message');
      await client.user().push(['DU_1'], Buffer.from('{}'), 1); // behind the PUBACK
      const mend = await cut();
      await until(() => !connected(client), 5000, 'the loss');
      for (const n of upTo(50)) await send(attributesOf(), n + 1);
      await mend();
      await until(() => all.messages.length >= 51, 10_000, 'the queued messages');
      await send(attributesOf(), 51);
      await until(() => numbers(all).at(-1) === 51, 5000, 'one more');
      numbers(all).should.deepEqual(upTo(52));
    });

    it('no filter is lost, and one removed while offline is unsubscribed on return', async () => {
      const { client } = await openConnected(behindProxy(), session('removed'));
      const attributes = recordingListener();
      const alarms = recordingListener({ channels: ['alarm'] });
      client.listen(attributes);
      client.listen(alarms);
      await until(() => Object.keys(client.details().filters).length === 2, 5000, 'the filters');
      const mend = await cut();
      await until(() => !connected(client), 5000, 'the loss');
      client.unlisten(alarms);
      await mend();
      await until(() => connected(client), 10_000, 'the connection');
      client.details().filters.should.deepEqual({ [ATTRIBUTES]: 1 });
      await until(() => broker.log.some((line) => line.includes(`removed ${ALARMS}`)), 2000, 'UNSUBSCRIBE');
      await send(attributesOf(), 1);
      await until(() => attributes.messages.length === 1, 5000, 'the message');
    });

    it('closing keeps the session, and leaves to it what arrives meanwhile', async () => {
      const { client } = await openConnected(broker, session('kept'));
      client.listen(recordingListener());
      await until(() => client.details().filters[ATTRIBUTES] === 1, 5000, 'the filter');
      const closing = close(client);
      await send(attributesOf(), 1);
      await closing;
      const line = await dialled(broker, { clean: false, clientId: 'kept', version });
      should(line.connacks[0]).have.property('sessionPresent', true);
      await until(() => line.messages.length === 1, 5000, 'the message');
      await line.connection.close(true);
    });

    it('the session ends when the client is closed with the end of its session (case 47)', async () => {
      const { client } = await openConnected(broker, session('ended'));
      await within(close(client, true), 3000, 'it to close');
      const line = await dialled(broker, { clean: false, clientId: 'ended', version });
      should(line.connacks[0]).have.property('sessionPresent', false);
      await line.connection.close(true);
    });

    it('the session ends also when the link is down at that moment (case 47)', async () => {
      const { client } = await openConnected(behindProxy(), { ...session('down'), retryDelay: () => 60_000 });
      const mend = await cut();
      await until(() => client.state.is === 'waiting', 5000, 'the loss');
      await mend();
      await within(close(client, true), 3000, 'it to close');
      const line = await dialled(broker, { clean: false, clientId: 'down', version });
      should(line.connacks[0]).have.property('sessionPresent', false);
      await line.connection.close(true);
    });

    it('a broker that is stopped and started again brings the session back (case 49)', async () => {
      const { client } = await openConnected(broker, session('restarted'));
      const all = recordingListener();
      client.listen(all);
      await until(() => client.details().filters[ATTRIBUTES] === 1, 5000, 'the filter');
      await broker.restart();
      await until(() => client.counters.connections === 2 && connected(client), 10_000, 'the connection');
      const after = await broker.platform();
      await after.publishAsync(attributesOf(), numbered(1), { qos: 1 });
      await until(() => all.messages.length === 1, 5000, 'the message');
    });
  });
}
