import mqtt, { type IClientOptions, type MqttClient, type Packet } from 'mqtt';
import should from 'should';
import { event, until } from '../../support/events';
import {
  type ScriptedBroker,
  type ScriptedBrokerOptions,
  startScriptedBroker,
} from '../../support/scripted-broker';

const QOS2 = {
  cmd: 'publish',
  topic: 'a',
  payload: 'x',
  qos: 2,
  messageId: 1,
  retain: false,
  dup: false,
} as const;

/** What `cloud/connection.ts` leans on or works around. When one of these fails after an update, read that file. */
describe('transport: contract with mqtt.js', () => {
  let broker: ScriptedBroker;
  let client: MqttClient;
  async function start(options: ScriptedBrokerOptions = {}, clientOptions: IClientOptions = {}) {
    broker = await startScriptedBroker(options);
    const path = options.transport === 'wss' ? '/mqtt' : '';
    client = mqtt.connect(broker.endpoint + path, {
      protocolVersion: 5,
      ca: broker.ca,
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      manualConnect: true,
      messageIdProvider: new mqtt.UniqueMessageIdProvider(),
      log: () => undefined,
      ...clientOptions,
    });
    client.on('error', () => client.connected);
  }
  async function connect(): Promise<void> {
    const connected = event(client, 'connect', 5000);
    client.connect();
    await connected;
  }
  afterEach(async () => {
    client.end(true);
    await broker.stop();
  });

  it('deferred acknowledgement: an error from handleMessage skips PUBACK, and the next packet follows', async () => {
    await start();
    await connect();
    const topics: string[] = [];
    const errors: unknown[] = [];
    client.on('error', (error) => errors.push(error));
    client.handleMessage = ({ topic, qos }, next) => {
      topics.push(topic);
      next(qos === 1 ? new Error('later') : undefined);
    };
    for (const topic of ['a', 'b', 'c']) {
      broker.current.send({
        cmd: 'publish',
        topic,
        payload: 'x',
        qos: 1,
        messageId: topics.length + 1,
        retain: false,
        dup: false,
      });
    }
    broker.current.send({ cmd: 'publish', topic: 'd', payload: 'x', qos: 0, retain: false, dup: false });
    await until(() => topics.length === 4, 2000, 'all messages');
    topics.should.deepEqual(['a', 'b', 'c', 'd']);
    await client.subscribeAsync('e');
    broker.packets('puback').should.be.empty();
    errors.should.be.empty();
    client.connected.should.be.true();
  });

  it('QoS 2: handleMessage comes with PUBREL, and PUBCOMP after its callback', async () => {
    await start();
    await connect();
    let release: (() => void) | undefined;
    client.handleMessage = (_packet, next) => {
      release = next;
    };
    broker.current.send(QOS2);
    await broker.packet('pubrec');
    await until(() => release, 2000, 'the message');
    broker.packets('pubcomp').should.be.empty();
    release?.();
    await broker.packet('pubcomp');
  });

  it('an incoming store that is not cleaned survives the client', async () => {
    const incomingStore = new mqtt.Store({ clean: false });
    await start({ on: { pubrec: () => undefined } }, { clean: false, clientId: 'a', incomingStore });
    await connect();
    broker.current.send(QOS2);
    await broker.packet('pubrec');
    const ended = event(client, 'end', 2000);
    client.end(true);
    await ended;
    const kept = new Promise((resolve) =>
      incomingStore.get({ messageId: 1 }, (_error, packet) => resolve(packet)),
    );
    should(await kept).have.property('topic', 'a');
  });

  it('a refused filter: the callback has the whole SUBACK', async () => {
    await start({
      on: {
        subscribe: ({ messageId = 0 }, connection) =>
          connection.send({ cmd: 'suback', messageId, granted: [1, 0x87, 0] }),
      },
    });
    await connect();
    const granted = await new Promise((resolve) => {
      client.subscribe(
        { a: { qos: 1 }, b: { qos: 1 }, c: { qos: 0 } },
        { qos: 0 },
        (_error, _granted, packet) => resolve(packet?.granted),
      );
    });
    should(granted).deepEqual([1, 0x87, 0]);
  });

  it('a link that ends: what awaits SUBACK or UNSUBACK is told', async () => {
    await start({ on: { subscribe: () => undefined, unsubscribe: () => undefined } });
    await connect();
    const answers = Promise.allSettled([client.subscribeAsync('a'), client.unsubscribeAsync('b')]);
    await broker.packet('unsubscribe');
    broker.current.destroy();
    (await answers).map(({ status }) => status).should.deepEqual(['rejected', 'rejected']);
  });

  it('a refused CONNACK: an error with its code, then close', async () => {
    await start({ on: { connect: (_packet, connection) => connection.connack(0x88) } });
    const events: unknown[] = [];
    client.on('error', (error) => events.push(Object(error).code));
    client.on('close', () => events.push('close'));
    client.connect();
    await until(() => events.includes('close'), 2000, 'close');
    events.should.deepEqual([0x88, 'close']);
  });

  it('a refused upgrade: an error of the stream, which connect has made, and close', async () => {
    await start({ transport: 'wss', refuseUpgrade: 403 });
    const errors: Error[] = [];
    client.connect();
    client.stream.on('error', (error) => errors.push(error));
    await event(client, 'close', 2000);
    errors.map(({ message }) => message).should.deepEqual(['Unexpected server response: 403']);
  });

  it('an acknowledgement of the wrong kind is an error, and the connection goes on by itself', async () => {
    await start({
      on: { publish: ({ messageId = 0 }, it) => it.send({ cmd: 'suback', messageId, granted: [0] }) },
    });
    await connect();
    const error = event(client, 'error', 2000);
    client.publish('a', 'x', { qos: 1 });
    should((await error)[0])
      .have.property('message')
      .match(/suback/);
    await client.subscribeAsync('b');
  });

  it('PUBACK 0x10 is no error, and packetreceive sees it', async () => {
    await start({
      on: { publish: ({ messageId = 0 }, it) => it.send({ cmd: 'puback', messageId, reasonCode: 0x10 }) },
    });
    await connect();
    const received: Packet[] = [];
    client.on('packetreceive', (packet: Packet) => received.push(packet));
    await client.publishAsync('a', 'x', { qos: 1 });
    should(received.at(-1)).have.properties({ cmd: 'puback', reasonCode: 0x10 });
  });

  it('UniqueMessageIdProvider never gives an id that is in use', async () => {
    await start({ on: { publish: () => undefined } });
    await connect();
    for (let n = 0; n < 300; n += 1) client.publish('a', 'x', { qos: 1 });
    await broker.packet('publish', 300);
    new Set(broker.packets('publish').map(({ messageId }) => messageId)).size.should.equal(300);
  });

  it('end(true) leaves no socket and no timer, connected or not', async () => {
    for (const connectFirst of [true, false]) {
      await start();
      if (connectFirst) await connect();
      else client.connect();
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
