import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import should from 'should';
import { formatTopic } from '../../../cloud';
import { until, within } from '../../support/events';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';
import {
  attributesOf,
  close,
  closeAll,
  connected,
  KEY,
  numbered,
  open,
  openConnected,
  recordingListener,
  upTo,
} from './harness';

const ATTRIBUTES = formatTopic(KEY, '+', 'attributes');
const ALARMS = formatTopic(KEY, '+', 'alarm');

for (const protocol of ['5', '3.1.1'] as const) {
  const session = (clientId: string) => ({ clean: false, randomClientId: false, clientId, protocol });

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
      const disk = { directory, queue: false, memory: false, free: Promise.resolve() };
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
