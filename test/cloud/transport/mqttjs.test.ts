import { createRequire } from 'node:module';
import { PassThrough } from 'node:stream';
import { connect } from 'node:tls';
import type { IClientOptions, MqttClient } from 'mqtt';
import should from 'should';
import { createPacketIds, type PacketIds } from '../../../cloud/transport/packet-ids';
import { event, until } from '../../support/events';
import {
  type ScriptedBroker,
  type ScriptedBrokerOptions,
  startScriptedBroker,
} from '../../support/scripted-broker';

/** Another version may be tried: `MQTT_MODULE=/path/to/node_modules/mqtt npx mocha -g 'contract with mqtt.js'`. */
const mqtt = createRequire(__filename)(process.env.MQTT_MODULE ?? 'mqtt') as typeof import('mqtt');

/** What `cloud/transport/connection.ts` leans on or works around. When one of these fails after an update, read that. */
describe('transport: contract with mqtt.js', () => {
  let broker: ScriptedBroker;
  let client: MqttClient;
  let ids: PacketIds;
  async function start(options: ScriptedBrokerOptions = {}, clientOptions: IClientOptions = {}) {
    broker = await startScriptedBroker(options);
    const { port, ca } = broker;
    ids = createPacketIds();
    client = new mqtt.MqttClient(() => connect({ port, host: '127.0.0.1', ca }), {
      protocolVersion: 5,
      clientId: 'a',
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      messageIdProvider: ids,
      timerVariant: 'native',
      log: () => undefined,
      ...clientOptions,
    });
    client.on('error', () => client.connected);
  }
  async function connected(options?: ScriptedBrokerOptions, clientOptions?: IClientOptions) {
    await start(options, clientOptions);
    await event(client, 'connect', 5000);
  }
  afterEach(async () => {
    client.end(true);
    await broker.stop();
  });

  it('what it is given it has dealt with before the next turn of the event loop', async () => {
    await connected({ on: { subscribe: () => undefined, unsubscribe: () => undefined } });
    const stream = new PassThrough();
    const order: string[] = [];
    const other = new mqtt.MqttClient(() => stream, {
      ...client.options,
      messageIdProvider: createPacketIds(),
    });
    other.on('error', () => other.connected);
    other.on('connect', () => order.push('connect'));
    other.on('disconnect', () => order.push('disconnect'));
    await new Promise((resolve) => setImmediate(resolve));
    const give = async (what: string, ...bytes: number[]) => {
      stream.emit('data', Buffer.from(bytes));
      await new Promise((resolve) => setImmediate(resolve));
      should(order.at(-1)).equal(what);
    };
    await give('connect', 0x20, 3, 0, 0, 0);
    other.subscribe('a', { qos: 1 }, () => order.push('suback'));
    const id = other.getLastMessageId();
    await give('suback', 0x90, 4, id >> 8, id & 255, 0, 1);
    other.unsubscribe('a', {}, () => order.push('unsuback'));
    const next = other.getLastMessageId();
    await give('unsuback', 0xb0, 4, next >> 8, next & 255, 0, 0);
    await give('disconnect', 0xe0, 2, 0x8e, 0);
    other.end(true);
  });

  it('packet identifiers come from messageIdProvider, go back to it, and it is cleared on CONNACK', async () => {
    await start({ on: { subscribe: () => undefined } });
    ids.register(1);
    await event(client, 'connect', 5000);
    should(ids.isTaken(1)).be.false();
    client.subscribe('a');
    const subscribe = await broker.packet('subscribe');
    const { messageId = 0 } = subscribe;
    should([ids.getLastAllocated(), ids.isTaken(messageId)]).deepEqual([messageId, true]);
    broker.current.answer(subscribe);
    await until(() => !ids.isTaken(messageId), 2000, 'the identifier');
  });

  it('a refused filter: the callback has the whole SUBACK', async () => {
    await connected({
      on: {
        subscribe: ({ messageId = 0 }, connection) =>
          connection.send({ cmd: 'suback', messageId, granted: [1, 0x87, 0] }),
      },
    });
    const granted = await new Promise((resolve) => {
      client.subscribe(
        { a: { qos: 1 }, b: { qos: 1 }, c: { qos: 0 } },
        { qos: 0 },
        (_error, _granted, packet) => resolve(packet?.granted),
      );
    });
    should(granted).deepEqual([1, 0x87, 0]);
  });

  it('a link that ends: what awaits SUBACK or UNSUBACK fails', async () => {
    await connected({ on: { subscribe: () => undefined, unsubscribe: () => undefined } });
    const answers = Promise.allSettled([client.subscribeAsync('a'), client.unsubscribeAsync('b')]);
    await broker.packet('unsubscribe');
    broker.current.destroy();
    (await answers).map(({ status }) => status).should.deepEqual(['rejected', 'rejected']);
  });

  it('a refused CONNACK: an error with its code while serverProperties has its words, then close', async () => {
    await start({ on: { connect: (_packet, it) => it.connack(0x88, { reasonString: 'later' }) } });
    const events: unknown[] = [];
    client.on('error', (error) => events.push(Object(error).code, client.serverProperties?.reasonString));
    client.on('close', () => events.push('close'));
    await until(() => events.includes('close'), 2000, 'close');
    events.should.deepEqual([0x88, 'later', 'close']);
  });

  it('DISCONNECT: the event has its code and words', async () => {
    await connected();
    const disconnected = event(client, 'disconnect', 2000);
    broker.current.send({ cmd: 'disconnect', reasonCode: 0x8b, properties: { reasonString: 'bye' } });
    should((await disconnected)[0])
      .have.properties({ reasonCode: 0x8b })
      .and.have.propertyByPath('properties', 'reasonString')
      .equal('bye');
  });

  it('does not ping where only the broker asks for it', async () => {
    await connected(
      { on: { connect: (_packet, it) => it.connack(0, { serverKeepAlive: 1 }) } },
      { keepalive: 0 },
    );
    should(client.keepalive).equal(0);
  });

  it('a SUBACK that answers UNSUBSCRIBE is an error, one that answers nothing is not', async () => {
    await connected({
      on: { unsubscribe: ({ messageId = 0 }, it) => it.send({ cmd: 'suback', messageId, granted: [0] }) },
    });
    broker.current.send({ cmd: 'suback', messageId: 4711, granted: [0] });
    const error = event(client, 'error', 2000);
    client.unsubscribe('a');
    should((await error)[0])
      .have.property('message')
      .match(/suback/);
  });

  it('end(true) leaves no socket and no timer, connected or not', async () => {
    for (const connectFirst of [true, false]) {
      await start();
      if (connectFirst) await event(client, 'connect', 5000);
      const closed = event(client, 'close', 2000);
      client.end(true);
      await closed;
      await until(() => broker.sockets.open === 0, 2000, 'the socket to close');
      await broker.stop();
      const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
      await until(() => timers() <= 2, 2000, 'its timers to end'); // mocha's, and the one of `until`
    }
  });
});
