import should from 'should';
import { formatTopic } from '../../../cloud';
import { until } from '../../support/events';
import type { PacketOf, ScriptedBroker } from '../../support/scripted-broker';
import { attributesOf, connected, DEVICE, dialled, KEY, openConnected, recordingListener } from './harness';
import { withBroker } from './with-broker';

const ALARMS = formatTopic(KEY, '+', 'alarm');
const ATTRIBUTES = formatTopic(KEY, '+', 'attributes');
const ONLINE = formatTopic(KEY, '+', 'online');

describe('transport: subscriptions', () => {
  let broker: ScriptedBroker;
  withBroker((started) => {
    broker = started;
  });

  /** From now on these filters are refused. */
  function deny(...filters: string[]) {
    broker.on.subscribe = ({ subscriptions, messageId, properties }, connection) => {
      const identifier = properties?.subscriptionIdentifier;
      for (const wanted of subscriptions) {
        if (!filters.includes(wanted.topic))
          connection.subscriptions.set(wanted.topic, { ...wanted, identifier });
      }
      const code = connection.protocolVersion === 5 ? 0x87 : 0x80;
      const granted = subscriptions.map(({ topic, qos }) => (filters.includes(topic) ? code : qos));
      connection.send({ cmd: 'suback', messageId: messageId ?? 0, granted });
    };
  }
  const filtersOf = ({ subscriptions }: PacketOf<'subscribe'>) => subscriptions.map(({ topic }) => topic);
  const asked = (connection?: number) => broker.packets('subscribe', connection).flatMap(filtersOf).sort();

  for (const protocol of ['5', '3.1.1'] as const) {
    it(`one of three filters denied: its listener knows, the others run, MQTT ${protocol} (case 12)`, async () => {
      deny(ALARMS);
      const { client } = await openConnected(broker, { protocol });
      const listeners = (['alarm', 'attributes', 'online'] as const).map((channel) =>
        recordingListener({ channels: [channel] }),
      );
      for (const each of listeners) client.listen(each);
      const [alarms, attributes, online] = listeners;
      if (!alarms || !attributes || !online) throw new Error('three');
      await until(() => client.refusalOf(alarms), 2000, 'the refusal');
      should(client.refusalOf(alarms)).equal(protocol === '5' ? 0x87 : 0x80);
      should(client.refusalOf(attributes)).be.undefined();
      Object.keys(client.details().filters).sort().should.deepEqual([ATTRIBUTES, ONLINE]);
      client.details().refused.should.have.keys(ALARMS);
      broker.current.deliver(attributesOf(), '{"a":1}');
      broker.current.deliver(formatTopic(KEY, DEVICE, 'online'), '{"online":true}');
      await until(() => attributes.messages.length + online.messages.length === 2, 2000, 'both messages');
      should(connected(client)).be.ok();
      broker.connections.length.should.equal(1);
    });
  }

  it('a listener of several types learns which one is denied, and gets the rest (case 12)', async () => {
    deny(ALARMS);
    const { client } = await openConnected(broker);
    const both = recordingListener({ channels: ['alarm', 'attributes'] });
    client.listen(both);
    await until(() => client.refusalOf(both) === 0x87, 2000, 'the refusal');
    broker.current.deliver(attributesOf(), '{"a":1}');
    await until(() => both.messages.length === 1, 2000, 'the message');
  });

  it('where every device is denied, single devices still get theirs (case 12)', async () => {
    deny(ATTRIBUTES);
    const { client } = await openConnected(broker);
    const every = recordingListener();
    const one = recordingListener({ devices: [DEVICE] });
    client.listen(every);
    client.listen(one);
    await until(() => client.details().filters[attributesOf()] === 1, 2000, 'the filter of the device');
    should(client.refusalOf(every)).equal(0x87);
    should(client.refusalOf(one)).be.undefined();
  });

  it('denied on reconnection: the listener is notified again (case 13)', async () => {
    const { client } = await openConnected(broker);
    const attributes = recordingListener();
    client.listen(attributes);
    await until(() => client.details().filters[ATTRIBUTES] === 1, 2000, 'the filter');
    const changes: number[] = [];
    client.onChange(() => changes.push(1));
    deny(ATTRIBUTES);
    broker.current.destroy();
    await until(() => client.refusalOf(attributes) === 0x87 && connected(client), 5000, 'the refusal');
    changes.should.not.be.empty();
    client.details().filters.should.be.empty();
  });

  it('a granted QoS that is lower is warned of, shown, works, and is not asked for again (case 14)', async () => {
    broker.on.subscribe = (packet, connection) => {
      for (const wanted of packet.subscriptions) wanted.qos = 0;
      connection.answer(packet);
    };
    const warnings: string[] = [];
    const attributes = recordingListener({ qos: 2 });
    const { client } = await openConnected(broker, { onWarning: ({ message }) => warnings.push(message) });
    client.listen(attributes);
    await until(() => client.details().filters[ATTRIBUTES] === 0, 2000, 'the granted QoS');
    client.listen(recordingListener({ channels: ['online'] }));
    await until(() => client.details().filters[ONLINE] === 0, 2000, 'the other filter');
    asked().should.deepEqual([ATTRIBUTES, ONLINE]);
    broker.current.deliver(attributesOf(), '{"a":1}', { qos: 2 });
    await until(() => attributes.messages.length === 1, 2000, 'the message');
    broker.current.destroy();
    await until(() => broker.connections.length === 2 && connected(client), 2000, 'the next connection');
    warnings.map((text) => text.includes(ATTRIBUTES)).should.deepEqual([true, false]); // each once
  });

  for (const persistent of [false, true]) {
    const session = persistent ? 'persistent' : 'clean';
    it(`the link drops before SUBACK: one subscription on the next, ${session} session (case 16)`, async () => {
      broker.on.subscribe = (_packet, connection) => connection.destroy();
      const { client } = await openConnected(broker, { clean: !persistent });
      client.listen(recordingListener());
      await broker.packet('subscribe');
      delete broker.on.subscribe;
      await until(() => client.details().filters[ATTRIBUTES] === 1, 5000, 'the filter');
      asked(2).should.deepEqual([ATTRIBUTES]);
      broker.connections.length.should.equal(2);
      await until(() => connected(client), 2000, 'the connection');
    });
  }

  it('a listener that a deploy changes: its old filter is unsubscribed once, the rest is left alone (case 46)', async () => {
    const { client } = await openConnected(broker);
    const old = recordingListener({ channels: ['alarm'] });
    client.listen(old);
    client.listen(recordingListener());
    await until(() => Object.keys(client.details().filters).length === 2, 2000, 'the filters');
    client.pause();
    client.unlisten(old);
    client.listen(recordingListener({ channels: ['online'] }));
    client.resume();
    const { unsubscriptions } = await broker.packet('unsubscribe');
    unsubscriptions.should.deepEqual([ALARMS]);
    await until(() => client.details().filters[ALARMS] === undefined, 2000, 'the end of the filter');
    Object.keys(client.details().filters).sort().should.deepEqual([ATTRIBUTES, ONLINE]);
    asked().should.deepEqual([ALARMS, ATTRIBUTES, ONLINE].sort());
    broker.packets('unsubscribe').length.should.equal(1);
  });

  for (const cmd of ['subscribe', 'unsubscribe'] as const) {
    it(`a broker that never answers ${cmd.toUpperCase()} is left (case 16)`, async () => {
      broker.on[cmd] = () => undefined;
      const line = await dialled(broker, { answerTimeout: 300 });
      const answer =
        cmd === 'subscribe' ? line.connection.subscribe([['a', 1]]) : line.connection.unsubscribe(['a']);
      await should(answer).be.rejected();
      await until(() => line.closed.length === 1, 2000, 'the end');
      should(line.closed[0]).have.property('trouble', 'timeout');
      await until(() => broker.sockets.open === 0, 2000, 'the socket to close');
    });
  }

  it('refusals are asked again, and the listener recovers without a deploy (case 19)', async () => {
    deny(ATTRIBUTES);
    const { client } = await openConnected(broker, { retryRefused: 50 });
    const attributes = recordingListener();
    client.listen(attributes);
    await until(() => client.refusalOf(attributes) === 0x87, 2000, 'the refusal');
    await until(() => asked().length >= 3, 2000, 'it to ask again');
    delete broker.on.subscribe;
    await until(() => client.refusalOf(attributes) === undefined, 2000, 'the grant');
    broker.current.deliver(attributesOf(), '{"a":1}');
    await until(() => attributes.messages.length === 1, 2000, 'the message');
    broker.connections.length.should.equal(1);
  });

  it('while a refusal is asked again, the listener still shows it (case 19)', async () => {
    deny(ATTRIBUTES);
    const { client } = await openConnected(broker, { retryRefused: 50 });
    const attributes = recordingListener();
    client.listen(attributes);
    await until(() => client.refusalOf(attributes) === 0x87, 2000, 'the refusal');
    broker.on.subscribe = () => undefined;
    const first = asked().length;
    await until(() => asked().length > first, 2000, 'it to ask again');
    should(client.refusalOf(attributes)).equal(0x87);
  });

  it('thousands of filters travel in few packets, each refusal is known by its filter', async () => {
    const devices = Array.from({ length: 2000 }, (_, i) => `DU_${String(i).padStart(10, '0')}`);
    const bad = devices.filter((_, i) => i % 400 === 7).map((device) => attributesOf(device));
    deny(...bad);
    const { client } = await openConnected(broker);
    client.listen(recordingListener({ devices }));
    await until(() => Object.keys(client.details().filters).length === 1995, 5000, 'the filters');
    Object.keys(client.details().refused).should.deepEqual(bad);
    broker.packets('subscribe').length.should.be.belowOrEqual(5);
  });
});
