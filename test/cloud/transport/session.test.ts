import { randomBytes } from 'node:crypto';
import type { MqttClient } from 'mqtt';
import should from 'should';
import { formatTopic } from '../../../cloud';
import { type SuiteBroker, startBroker } from '../../support/broker';
import { until, within } from '../../support/events';
import { needs } from '../../support/machine';
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
const RUN = randomBytes(4).toString('hex');
const ALARMS = formatTopic(KEY, '+', 'alarm');

for (const protocol of ['5', '3.1.1'] as const) {
  const version = protocol === '5' ? 5 : 4;
  // A broker that outlives the run has the sessions of an earlier one.
  const idOf = (name: string) => `${name}-${version}-${RUN}`;
  const session = (name: string) => ({
    clean: false,
    randomClientId: false,
    clientId: idOf(name),
    protocol,
  });

  describe(`transport: persistent session on a real broker, MQTT ${protocol}`, function () {
    needs(this, 'broker');
    let broker: SuiteBroker;
    let proxy: TcpProxy;
    let platform: MqttClient;
    before(async () => {
      broker = await startBroker({ persistence: true });
      proxy = await startProxy(broker.target);
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
    const behindProxy = () => ({ ...broker, endpoint: `mqtts://127.0.0.1:${proxy.port}` });
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
      const { own } = broker; // whose log shows the UNSUBSCRIBE
      const line = `${idOf('removed')} ${ALARMS}`;
      if (own) await until(() => own.log.some((text) => text.includes(line)), 2000, 'UNSUBSCRIBE');
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
      const line = await dialled(broker, { clean: false, clientId: idOf('kept'), version });
      should(line.connacks[0]).have.property('sessionPresent', true);
      await until(() => line.messages.length === 1, 5000, 'the message');
      await line.connection.close(true);
    });

    it('the session ends when the client is closed with the end of its session (case 47)', async () => {
      const { client } = await openConnected(broker, session('ended'));
      await within(close(client, true), 3000, 'it to close');
      const line = await dialled(broker, { clean: false, clientId: idOf('ended'), version });
      should(line.connacks[0]).have.property('sessionPresent', false);
      await line.connection.close(true);
    });

    it('the session ends also when the link is down at that moment (case 47)', async () => {
      const { client } = await openConnected(behindProxy(), { ...session('down'), retryDelay: () => 60_000 });
      const mend = await cut();
      await until(() => client.state.is === 'waiting', 5000, 'the loss');
      await mend();
      await within(close(client, true), 3000, 'it to close');
      const line = await dialled(broker, { clean: false, clientId: idOf('down'), version });
      should(line.connacks[0]).have.property('sessionPresent', false);
      await line.connection.close(true);
    });

    it('a broker that is stopped and started again brings the session back (case 49)', async function () {
      needs(this, 'own-broker');
      const { client } = await openConnected(broker, session('restarted'));
      const all = recordingListener();
      client.listen(all);
      await until(() => client.details().filters[ATTRIBUTES] === 1, 5000, 'the filter');
      await broker.own?.restart();
      await until(() => client.counters.connections === 2 && connected(client), 10_000, 'the connection');
      const after = await broker.platform();
      await after.publishAsync(attributesOf(), numbered(1), { qos: 1 });
      await until(() => all.messages.length === 1, 5000, 'the message');
    });
  });
}
