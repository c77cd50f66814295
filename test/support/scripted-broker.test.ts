import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import should from 'should';
import { event, until } from './events';
import { type ScriptedBroker, type ScriptedBrokerOptions, startScriptedBroker } from './scripted-broker';

describe('support: scripted broker', () => {
  let broker: ScriptedBroker;
  let client: MqttClient;

  async function start(
    options: ScriptedBrokerOptions = {},
    clientOptions: IClientOptions = {},
  ): Promise<void> {
    broker = await startScriptedBroker(options);
    client = mqtt.connect(broker.endpoint + (options.transport === 'wss' ? '/mqtt' : ''), {
      protocolVersion: 5,
      ca: broker.ca,
      reconnectPeriod: 0,
      ...clientOptions,
    });
  }
  afterEach(async () => {
    await client.endAsync(true);
    await broker.stop();
    broker.sockets.open.should.equal(0);
  });

  for (const transport of ['mqtts', 'wss'] as const) {
    for (const protocolVersion of [4, 5] as const) {
      it(`answers as a friendly broker by default, ${transport}, version ${protocolVersion}`, async () => {
        await start({ transport }, { protocolVersion });
        await event(client, 'connect', 5000);
        (await client.subscribeAsync('a/+', { qos: 1 })).map(({ qos }) => qos).should.deepEqual([1]);
        const message = event(client, 'message', 5000);
        broker.current.deliver('a/b', 'hello').should.equal(1);
        String((await message)[1]).should.equal('hello');
        await broker.packet('puback');
        for (const qos of [1, 2] as const) await client.publishAsync('a', 'b', { qos });
        await client.unsubscribeAsync('a/+');
        broker
          .packets('publish')
          .map(({ qos }) => qos)
          .should.deepEqual([1, 2]);
        broker.sockets.total.should.equal(1);
      });
    }
  }

  it('answers what the script says: refusals, then acceptance', async () => {
    await start({
      on: {
        connect: (_packet, connection) => connection.connack(0x88),
        publish: ({ messageId = 0 }, connection) =>
          connection.send({ cmd: 'puback', messageId, reasonCode: 0x97 }),
      },
    });
    const [error] = await event(client, 'error', 5000);
    should(error).containEql({ code: 0x88 });
    delete broker.on.connect;
    client.reconnect();
    await event(client, 'connect', 5000);
    await client.publishAsync('a', 'b', { qos: 1 }).should.be.rejectedWith({ code: 0x97 });
    broker.connections.length.should.equal(2);
  });

  it('sends a copy for each overlapping filter, with its subscription identifier', async () => {
    await start();
    await event(client, 'connect', 5000);
    const identifiers: unknown[] = [];
    client.on('message', (_topic, _payload, packet) => {
      identifiers.push(packet.properties?.subscriptionIdentifier);
    });
    await client.subscribeAsync('a/+', { qos: 1, properties: { subscriptionIdentifier: 7 } });
    await client.subscribeAsync('$share/g/a/#', { qos: 0, properties: { subscriptionIdentifier: 8 } });
    broker.current.deliver('a/b', 'x').should.equal(2);
    await until(() => identifiers.length === 2, 5000, 'both copies');
    identifiers.should.deepEqual([7, 8]);
  });

  it('takes the client over with DISCONNECT 0x8E', async () => {
    await start();
    await event(client, 'connect', 5000);
    const disconnect = event(client, 'disconnect', 5000);
    broker.current.close(0x8e);
    const [packet] = await disconnect;
    should(packet).containEql({ reasonCode: 0x8e });
  });

  it('never answers when asked not to, and sends garbage', async () => {
    await start({
      onConnection: (connection) => {
        connection.silent = true;
      },
    });
    await broker.packet('connect');
    client.connected.should.be.false();
    const closed = event(client, 'close', 5000);
    broker.current.raw([0xff, 0xff, 0xff, 0xff, 0xff]);
    await Promise.race([closed, event(client, 'error', 5000)]);
  });

  it('refuses MQTT 5 as a broker of version 3.1.1 does', async () => {
    await start({
      on: {
        connect: (packet, connection) => {
          if (packet.protocolVersion === 4) return connection.answer(packet);
          connection.send({ cmd: 'connack', returnCode: 1, sessionPresent: false }, 4);
          connection.close();
        },
      },
    });
    await event(client, 'close', 5000);
    const older = mqtt.connect(broker.endpoint, { protocolVersion: 4, ca: broker.ca, reconnectPeriod: 0 });
    await event(older, 'connect', 5000);
    await older.endAsync(true);
  });

  it('refuses the upgrade with an HTTP status', async () => {
    await start({ transport: 'wss', refuseUpgrade: 403 });
    await event(client, 'close', 5000);
    broker.sockets.failed.should.equal(1);
    broker.received.should.be.empty();
  });

  it('can speak TLS 1.1 only, which clients refuse', async () => {
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' } as const;
    await start({ tls: old });
    await event(client, 'error', 5000);
    broker.received.should.be.empty();
    const careless = mqtt.connect(broker.endpoint, { ...old, ca: broker.ca, reconnectPeriod: 0 });
    await event(careless, 'connect', 5000);
    await careless.endAsync(true);
  });

  it('counts handshakes that fail', async () => {
    await start({}, { ca: '' });
    await event(client, 'error', 5000);
    await until(() => broker.sockets.failed === 1, 5000, 'the failed handshake');
    broker.received.should.be.empty();
  });
});
