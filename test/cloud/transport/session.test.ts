import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MqttClient } from 'mqtt';
import should from 'should';
import { formatTopic } from '../../../cloud';
import { until, within } from '../../support/events';
import { needs } from '../../support/machine';
import { type Mosquitto, startMosquitto } from '../../support/mosquitto';
import { startProxy, type TcpProxy } from '../../support/proxy';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';
import {
  attributesOf,
  close,
  closeAll,
  connected,
  dialled,
  KEY,
  numbered,
  numbers,
  open,
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

    it('the session ends when it is told to (case 47)', async () => {
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

  describe(`transport: persistent session on a scripted broker, MQTT ${protocol}`, () => {
    let broker: ScriptedBroker;
    beforeEach(async () => {
      broker = await startScriptedBroker({
        on: { connect: (_packet, connection) => connection.connack(0, {}, broker.connections.length > 1) },
      });
    });
    afterEach(async () => {
      await closeAll();
      await broker.stop();
    });

    it('a filter whose SUBACK got lost is unsubscribed when nobody wants it any more', async () => {
      broker.on.subscribe = (_packet, connection) => connection.destroy();
      const { client } = await openConnected(broker, session('lost'));
      const all = recordingListener();
      client.listen(all);
      await broker.packet('subscribe');
      client.unlisten(all);
      const { unsubscriptions } = await broker.packet('unsubscribe');
      unsubscriptions.should.deepEqual([ATTRIBUTES]);
      await until(() => connected(client), 2000, 'the connection');
      client.details().filters.should.be.empty();
    });

    it('what an earlier process held is unsubscribed once, not at every reconnection', async () => {
      const directory = await mkdtemp(join(tmpdir(), 'ezt-session-'));
      const disk = { directory, queue: false, free: Promise.resolve() };
      await writeFile(
        join(directory, 'session.json'),
        JSON.stringify({ clientId: 'lives', filters: [ALARMS] }),
      );
      broker.on.connect = (_packet, connection) => connection.connack(0, {}, true);
      const { client } = await openConnected(broker, { ...session('lives'), disk });
      client.listen(recordingListener());
      for (const connections of [2, 3]) {
        await until(
          () => client.details().filters[ATTRIBUTES] === 1 && connected(client),
          2000,
          'the filter',
        );
        broker.current.destroy();
        await until(() => client.counters.connections === connections, 2000, 'the next connection');
      }
      await until(() => client.details().filters[ATTRIBUTES] === 1 && connected(client), 2000, 'the filter');
      await client.user().push(['DU_1'], Buffer.from('{}'), 1);
      broker
        .packets('unsubscribe')
        .map(({ unsubscriptions }) => unsubscriptions)
        .should.deepEqual([[ALARMS]]);
      await close(client);
      await rm(directory, { recursive: true });
    });

    it('messages that come before the subscriptions are renewed are handed over', async () => {
      const { client } = open(broker, session('early'));
      const all = recordingListener();
      client.listen(all);
      await until(() => client.details().filters[ATTRIBUTES] === 1, 2000, 'the filter');
      const { subscriptions } = broker.current;
      broker.on.connect = (_packet, connection) => {
        connection.connack(0, {}, true);
        for (const held of subscriptions.values()) connection.subscriptions.set(held.topic, held);
        for (const n of upTo(3)) connection.deliver(attributesOf(), numbered(n));
      };
      broker.current.destroy();
      await until(() => all.messages.length === 3, 2000, 'the messages');
      await broker.packet('puback', 3);
    });

    it('a broker that cannot be reached does not hold up the end of a session (case 47)', async () => {
      const { client } = await openConnected(broker, session('gone'));
      broker.on.disconnect = () => undefined;
      broker.on.connect = () => undefined;
      broker.on.publish = () => undefined;
      const push = should(client.user().push(['DU_1'], Buffer.from('{}'), 1)).be.rejectedWith({
        code: 'EZT_CLOSED',
      });
      await within(close(client, true), 3000, 'it to close');
      await push;
      await until(() => broker.sockets.open === 0, 1000, 'the sockets to close');
    });
  });
}
