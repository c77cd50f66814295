import should from 'should';
import { until } from '../../support/events';
import { needs } from '../../support/machine';
import { startMosquitto } from '../../support/mosquitto';
import type { PacketOf, ScriptedBroker } from '../../support/scripted-broker';
import { closeAll, connected, KEY, open, openConnected, recordingListener, SECRET, waiting } from './harness';
import { withBroker } from './with-broker';

const payload = Buffer.from('{"a":1}');

describe('transport: CONNACK', () => {
  let broker: ScriptedBroker;
  withBroker((started) => {
    broker = started;
  });
  const announce = (properties: PacketOf<'connack'>['properties']) => {
    broker.on.connect = (_packet, connection) => connection.connack(0, properties);
  };

  it('a Server Keep Alive is heeded also with keepalive 0', async () => {
    announce({ serverKeepAlive: 1 });
    await openConnected(broker, { keepalive: 0 });
    await broker.packet('pingreq', 2, 5000);
  });

  it('a maximum packet size of 0 is a protocol error, and never connected', async () => {
    announce({ maximumPacketSize: 0 });
    const it = open(broker);
    const state = await until(() => waiting(it.client), 5000, 'the refusal');
    state.refusal.trouble.should.equal('packetSize');
    it.retries.should.deepEqual([{ attempt: 1, slow: true }]);
    it.states.some(({ is }) => is === 'connected').should.be.false();
  });

  for (const [what, properties, code] of [
    ['no wildcards', { wildcardSubscriptionAvailable: false }, 0xa2],
    ['no shared subscriptions', { sharedSubscriptionAvailable: false }, 0x9e],
    ['no packet as large as a SUBSCRIBE', { maximumPacketSize: 30 }, 0x95],
  ] as const) {
    it(`${what}: the listener is notified, and the connection stays`, async () => {
      announce(properties);
      broker.on.subscribe = (_packet, connection) => connection.close(code); // as a broker does that has said so
      const { client } = await openConnected(broker, { group: 'g', retryRefused: 20 });
      const all = recordingListener();
      client.listen(all);
      await until(() => client.refusalOf(all) === code, 5000, 'the refusal');
      if (code !== 0x95) await client.user().push(['DU_1'], payload, 1);
      should(connected(client)).be.ok();
      broker.connections.length.should.equal(1);
      broker.packets('subscribe').should.be.empty();
    });
  }

  it('a broker that repeats the secret does not bring it into states and errors', async () => {
    const words = { reasonString: `no such user: ${KEY}/${SECRET}`, serverReference: SECRET };
    broker.on.connect = (_packet, connection) => connection.connack(0x88, words);
    const it = open(broker);
    const { refusal } = await until(() => waiting(it.client), 5000, 'the refusal');
    refusal.detail.should.containEql(`no such user: ${KEY}/…`);
    delete broker.on.connect;
    broker.on.publish = ({ messageId = 0 }, connection) =>
      connection.send({
        cmd: 'puback',
        messageId,
        reasonCode: 0x87,
        properties: { reasonString: words.reasonString },
      });
    await until(() => connected(it.client), 5000, 'the connection');
    const error = await it.client.user().push(['DU_1'], payload, 1).then(String, String);
    error.should.containEql(`${KEY}/…`);
    broker.current.send({ cmd: 'disconnect', reasonCode: 0x98, properties: words });
    await until(
      () => it.states.find((state) => state.is === 'waiting' && state.refusal.detail.endsWith('…')),
      5000,
      'the end',
    );
    JSON.stringify([it.states, error]).should.not.containEql(SECRET);
  });

  it('0x9D: the other server that it names is in the state', async () => {
    broker.on.connect = (_packet, connection) =>
      connection.connack(0x9d, { serverReference: 'eu.example:7885', reasonString: 'moved in May' });
    const it = open(broker);
    const { refusal } = await until(() => waiting(it.client), 5000, 'the refusal');
    refusal.should.eql({ trouble: 'moved', detail: 'server moved (0x9D): eu.example:7885: moved in May' });
    await closeAll();
  });

  it('0x87: key and secret are named', async () => {
    broker.on.connect = (_packet, connection) => connection.connack(0x87);
    const it = open(broker);
    const { refusal } = await until(() => waiting(it.client), 5000, 'the refusal');
    refusal.detail.should.match(/project key and secret/);
  });

  it('a PUBACK’s own words are in the error', async () => {
    broker.on.publish = ({ messageId = 0 }, connection) =>
      connection.send({
        cmd: 'puback',
        messageId,
        reasonCode: 0x97,
        properties: { reasonString: '1000 a day' },
      });
    const { client } = await openConnected(broker);
    await should(client.user().push(['DU_1'], payload, 1)).be.rejectedWith(
      /quota exceeded: 1000 a day \(0x97\)/,
    );
  });

  it('mosquitto with small packets: what fits is had, what does not is refused by name, one connection', async function () {
    needs(this, 'own-broker');
    const mosquitto = await startMosquitto({ maxPacketSize: 150 });
    const { client } = await openConnected(mosquitto, { retryRefused: 20 });
    const short = recordingListener();
    const long = recordingListener({ devices: ['DU_'.padEnd(128, 'x')] });
    const alarms = recordingListener({ channels: ['alarm'], devices: ['DU_'.padEnd(128, 'x')] });
    for (const listener of [short, long, alarms]) client.listen(listener);
    await until(() => client.refusalOf(alarms) === 0x95, 5000, 'the refusal');
    should(client.refusalOf(short)).be.undefined();
    await client.user().push(['DU_1'], payload, 1);
    client.counters.connections.should.equal(1);
    await closeAll();
    await mosquitto.stop();
  });
});
