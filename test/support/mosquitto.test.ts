import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import should from 'should';
import { event, until } from './events';
import { needs } from './machine';
import { type Mosquitto, type MosquittoOptions, startMosquitto } from './mosquitto';

describe('support: mosquitto', function () {
  needs(this, 'mosquitto', 'linux');
  let broker: Mosquitto;
  const clients: MqttClient[] = [];

  before(async () => {
    broker = await startMosquitto({ maxInflight: 7, persistence: true });
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
  });
  after(() => broker.stop());

  async function connect(endpoint: string, options: IClientOptions = {}): Promise<MqttClient> {
    const { key, secret, ca } = broker;
    const client = mqtt.connect(endpoint, {
      username: key,
      password: secret,
      ca,
      reconnectPeriod: 0,
      ...options,
    });
    clients.push(client);
    await new Promise<void>((resolve, reject) => {
      client.once('connect', () => resolve());
      client.once('error', reject);
    });
    return client;
  }

  for (const protocolVersion of [4, 5] as const) {
    const version = protocolVersion === 5 ? 'MQTT 5' : 'MQTT 3.1.1';
    const denied = protocolVersion === 5 ? 0x87 : 0x80;

    it(`serves mqtts and wss to the project, ${version}`, async () => {
      for (const endpoint of [broker.endpoint, broker.wssEndpoint]) {
        const before = broker.connections();
        const client = await connect(endpoint, { protocolVersion });
        broker.connections().should.equal(before + 1);
        const packet = event(client, 'message', 5000);
        await client.subscribeAsync(`open/${broker.key}/+/attributes`, { qos: 1 });
        const platform = await broker.platform();
        await platform.publishAsync(`open/${broker.key}/DU_0000000001/attributes`, '{"a":1}', { qos: 1 });
        const [topic, payload] = await packet;
        String(topic).should.equal(`open/${broker.key}/DU_0000000001/attributes`);
        String(payload).should.equal('{"a":1}');
      }
    });

    it(`refuses a wrong secret, ${version}`, async () => {
      const before = broker.refused;
      const code = protocolVersion === 5 ? 0x87 : 5;
      await connect(broker.endpoint, { protocolVersion, password: 'wrong' }).should.be.rejectedWith({ code });
      await until(() => broker.refused === before + 1, 5000, 'the refusal in the log');
    });

    it(`refuses what lies outside the project's rules, filter by filter, ${version}`, async () => {
      const client = await connect(broker.endpoint, { protocolVersion });
      const suback = new Promise<unknown>((resolve) => {
        client.on('packetreceive', (packet) => packet.cmd === 'suback' && resolve(packet.granted));
      });
      const filters = ['+/alarm', '#', '+/data/+', '+/data/#'].map(
        (filter) => `open/${broker.key}/${filter}`,
      );
      await client.subscribeAsync(filters, { qos: 1 }).should.be.rejected();
      should(await suback).deepEqual([1, denied, 1, denied]);
    });

    it(`sends a copy for each overlapping filter, ${version}`, async () => {
      const client = await connect(broker.endpoint, { protocolVersion });
      const topics: string[] = [];
      client.on('message', (topic) => topics.push(topic));
      for (const device of ['+', 'DU_0000000001']) {
        await client.subscribeAsync(`open/${broker.key}/${device}/online`, { qos: 1 });
      }
      const platform = await broker.platform();
      await platform.publishAsync(`open/${broker.key}/DU_0000000001/online`, '{"online":true}', { qos: 1 });
      await until(() => topics.length === 2, 5000, 'two copies');
    });
  }

  it('announces its receive maximum', async () => {
    const client = mqtt.connect(broker.endpoint, {
      protocolVersion: 5,
      username: broker.key,
      password: broker.secret,
      ca: broker.ca,
    });
    clients.push(client);
    const [connack] = await event(client, 'connect', 5000);
    should(connack).have.propertyByPath('properties', 'receiveMaximum').equal(7);
  });

  it('answers a denied publish with 0x87 and keeps the connection, MQTT 5', async () => {
    const client = await connect(broker.endpoint, { protocolVersion: 5 });
    const topic = 'open/PR_other/DU_0000000001/command_send';
    await client.publishAsync(topic, '{}', { qos: 1 }).should.be.rejectedWith({ code: 0x87 });
    client.connected.should.be.true();
  });

  it('takes rules and secret changes at run time', async () => {
    const filter = `open/${broker.key}/+/alarm`;
    await broker.deny('subscribe', filter);
    const refused = await connect(broker.endpoint, { protocolVersion: 5 });
    await refused.subscribeAsync(filter, { qos: 1 }).should.be.rejected();
    await broker.allow('subscribe', filter);
    const granted = await connect(broker.endpoint, { protocolVersion: 5 });
    await granted.subscribeAsync(filter, { qos: 1 });
    const old = broker.secret;
    await broker.setSecret('another secret');
    await connect(broker.endpoint, { protocolVersion: 5, password: old }).should.be.rejected();
    await connect(broker.endpoint, { protocolVersion: 5 });
    await broker.setSecret(old);
  });

  it('keeps a session over kill and restart on the same ports', async () => {
    const session: IClientOptions = {
      protocolVersion: 5,
      clientId: 'kept',
      clean: false,
      properties: { sessionExpiryInterval: 600 },
    };
    const client = await connect(broker.endpoint, session);
    await client.subscribeAsync(`open/${broker.key}/+/attributes`, { qos: 1 });
    await client.endAsync();
    const platform = await broker.platform();
    await platform.publishAsync(`open/${broker.key}/DU_0000000001/attributes`, '{"kept":1}', { qos: 1 });
    await broker.kill('SIGTERM');
    broker.connections().should.equal(0);
    await broker.restart();
    const again = mqtt.connect(broker.endpoint, {
      ...session,
      username: broker.key,
      password: broker.secret,
      ca: broker.ca,
    });
    clients.push(again);
    const [, payload] = await event(again, 'message', 5000);
    String(payload).should.equal('{"kept":1}');
  });

  const unfit: [string, MosquittoOptions][] = [
    ['an expired certificate', { certificate: { notAfter: new Date(Date.now() - 60_000) } }],
    ['a certificate for another host', { certificate: { names: ['elsewhere.example'] } }],
  ];
  for (const [what, options] of unfit) {
    it(`can have ${what}, which clients refuse`, async () => {
      const other = await startMosquitto(options);
      const { ca, key, secret } = other;
      for (const endpoint of [other.endpoint, other.wssEndpoint]) {
        await connect(endpoint, { ca, username: key, password: secret }).should.be.rejected();
      }
      other.accepted.should.equal(0);
      await other.stop();
    });
  }
});
