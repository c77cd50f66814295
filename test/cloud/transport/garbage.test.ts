import should from 'should';
import { until, within } from '../../support/events';
import type { Connection, ScriptedBroker } from '../../support/scripted-broker';
import { attributesOf, connected, DEVICE, KEY, numbered, openConnected, recordingListener } from './harness';
import { withBroker } from './with-broker';

const WILDCARD = `open/${KEY}/+/attributes`;
const payload = Buffer.from('{"a":1}');

/** What a broken broker sends, and whether the connection can go on after it. */
const garbage: Record<string, [(connection: Connection) => void, 'reconnects' | 'goes on']> = {
  'bytes that are no MQTT': [(it) => it.raw([0xff, 0xff, 0xff, 0xff, 0xff]), 'reconnects'],
  'a packet type of 0': [(it) => it.raw([0, 0]), 'reconnects'],
  'PUBLISH of QoS 3': [(it) => it.raw([0x36, 5, 0, 1, 0x61, 0, 1]), 'reconnects'],
  'PUBLISH shorter than its topic': [(it) => it.raw([0x30, 3, 0xff, 0xff, 0x61]), 'reconnects'],
  'a length of five bytes': [(it) => it.raw([0x30, 0xff, 0xff, 0xff, 0xff, 1]), 'reconnects'],
  'a length of 256 MB, and nothing more': [(it) => it.raw([0x30, 0xff, 0xff, 0xff, 0x7f]), 'reconnects'],
  'half a packet, and the end': [
    (it) => {
      it.raw([0x30, 20, 0, 10, 0x61]);
      it.close();
    },
    'reconnects',
  ],
  'a second CONNACK': [(it) => it.connack(), 'reconnects'],
  'a second CONNACK that refuses': [(it) => it.connack(0x87), 'reconnects'],
  'a topic alias that nobody announced': [
    (it) =>
      it.send({
        cmd: 'publish',
        topic: 'a',
        payload,
        qos: 0,
        dup: false,
        retain: false,
        properties: { topicAlias: 3 },
      }),
    'reconnects',
  ],
  'PUBACK of an unknown message': [(it) => it.send({ cmd: 'puback', messageId: 4711 }), 'goes on'],
  'PUBREC of an unknown message': [(it) => it.send({ cmd: 'pubrec', messageId: 4711 }), 'goes on'],
  'PUBCOMP of an unknown message': [(it) => it.send({ cmd: 'pubcomp', messageId: 4711 }), 'goes on'],
  'PUBREL of an unknown message': [(it) => it.send({ cmd: 'pubrel', messageId: 4711 }), 'goes on'],
  'SUBACK of an unknown request': [
    (it) => it.send({ cmd: 'suback', messageId: 4711, granted: [1] }),
    'goes on',
  ],
  'UNSUBACK of an unknown request': [
    (it) => it.send({ cmd: 'unsuback', messageId: 4711, granted: [0] }),
    'goes on',
  ],
  'PINGRESP without a PINGREQ': [(it) => it.send({ cmd: 'pingresp' }), 'goes on'],
  PINGREQ: [(it) => it.send({ cmd: 'pingreq' }), 'goes on'],
  'a topic that is no UTF-8': [(it) => it.raw([0x30, 6, 0, 2, 0xc3, 0x28, 0, 0x61]), 'goes on'],
  'an empty topic': [(it) => it.raw([0x30, 4, 0, 0, 0, 0x61]), 'goes on'],
  'a topic of $SYS': [
    (it) => it.send({ cmd: 'publish', topic: '$SYS/x', payload, qos: 0, dup: false, retain: false }),
    'goes on',
  ],
};

describe('transport: a broken broker (case 58)', () => {
  let broker: ScriptedBroker;
  withBroker((started) => {
    broker = started;
  });

  for (const [what, [send, outcome]] of Object.entries(garbage)) {
    it(`${what}: the client ${outcome} (case 58)`, async () => {
      const { client } = await openConnected(broker, { keepalive: 1 });
      const all = recordingListener();
      client.listen(all);
      await until(() => client.details().filters[WILDCARD] === 1, 2000, 'the filter');
      send(broker.current);
      if (outcome === 'reconnects') {
        await until(() => broker.connections.length === 2 && connected(client), 5000, 'the next connection');
        await until(() => broker.sockets.open === 1, 2000, 'the old socket to close');
      }
      await within(client.user().push([DEVICE], payload, 1), 2000, 'a message to be acknowledged');
      await until(() => client.details().filters[WILDCARD] === 1, 2000, 'the filter');
      broker.current.deliver(attributesOf(), numbered(1));
      await until(() => all.messages.length === 1, 2000, 'a message');
      broker.connections.length.should.equal(outcome === 'reconnects' ? 2 : 1);
    });
  }

  for (const [what, granted] of [
    ['too few', [1]],
    ['too many', [1, 1, 1]],
  ] as const) {
    it(`SUBACK with ${what} codes: the client reconnects (case 58)`, async () => {
      broker.on.subscribe = ({ messageId = 0 }, connection) =>
        connection.send({ cmd: 'suback', messageId, granted: [...granted] });
      const { client } = await openConnected(broker);
      const both = recordingListener({ channels: ['attributes', 'alarm'], devices: ['DU_1'] });
      client.listen(both);
      await until(() => broker.connections.length >= 2, 2000, 'the next connection');
      delete broker.on.subscribe;
      await until(() => Object.keys(client.details().filters).length === 2, 2000, 'the filters');
      should(client.refusalOf(both)).be.undefined();
    });
  }

  for (const [what, answer] of Object.entries<(messageId: number, connection: Connection) => void>({
    SUBACK: (messageId, connection) => connection.send({ cmd: 'suback', messageId, granted: [0] }),
    UNSUBACK: (messageId, connection) => connection.send({ cmd: 'unsuback', messageId, granted: [0] }),
  })) {
    it(`PUBLISH answered with ${what}: the client reconnects and sends it again (case 58)`, async () => {
      broker.on.publish = ({ messageId = 0 }, connection) => answer(messageId, connection);
      const { client } = await openConnected(broker);
      const push = client.user().push([DEVICE], payload, 1);
      await broker.packet('publish');
      delete broker.on.publish;
      await within(push, 5000, 'it to be acknowledged');
      broker.connections.length.should.equal(2);
    });
  }

  it('SUBSCRIBE answered with PUBACK: the client reconnects (case 58)', async () => {
    broker.on.subscribe = ({ messageId = 0 }, connection) => connection.send({ cmd: 'puback', messageId });
    const { client } = await openConnected(broker);
    client.listen(recordingListener());
    await broker.packet('subscribe');
    delete broker.on.subscribe;
    await until(() => client.details().filters[WILDCARD] === 1, 5000, 'the filter');
    broker.connections.length.should.equal(2);
  });

  it('garbage instead of CONNACK is a failed attempt, not more (case 58)', async () => {
    broker.on.connect = (packet, connection) => {
      if (broker.connections.length > 3) connection.answer(packet);
      else connection.raw(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'));
    };
    const { retries } = await openConnected(broker);
    retries.every(({ slow }) => !slow).should.be.true();
  });
});
