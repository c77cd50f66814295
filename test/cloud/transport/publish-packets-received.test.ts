import { generate, type IPublishPacket } from 'mqtt-packet';
import should from 'should';
import { readAcknowledgement, readPublish } from '../../../cloud/transport/publish-packets';
import { read } from './read-publish';

const received = (properties: IPublishPacket['properties'], topic = 'a', payload = 'x') =>
  generate(
    {
      cmd: 'publish',
      topic,
      payload,
      qos: 1,
      messageId: 9,
      retain: true,
      dup: false,
      ...(properties && { properties }),
    },
    { protocolVersion: 5 },
  );

describe('a received PUBLISH', () => {
  const every = {
    payloadFormatIndicator: true,
    messageExpiryInterval: 3600,
    responseTopic: 'reply',
    correlationData: Buffer.from([1, 2, 3]),
    userProperties: { a: ['1', '2'], b: '' },
    contentType: 'application/json',
  };

  it('is found behind properties of every kind', () => {
    const kinds = Object.entries(every).map(([name, value]) => ({ [name]: value }));
    for (const properties of [every, ...kinds]) {
      const packet = read(received(properties), 5);
      should(packet).have.properties({ topic: 'a', qos: 1, retain: true, identifiers: [], packetId: 9 });
      should(packet.payload.toString()).equal('x');
    }
  });

  it('has its subscription identifiers, in order, wherever they stand', () => {
    const identifiers = [1, 127, 128, 16_384, 268_435_455];
    for (const subscriptionIdentifier of [...identifiers, identifiers]) {
      const packet = read(received({ ...every, subscriptionIdentifier }), 5);
      should(packet.identifiers).deepEqual([subscriptionIdentifier].flat());
      should(packet.payload.toString()).equal('x');
    }
  });

  it('is not copied', () => {
    const bytes = received({}, 'a', 'x'.repeat(1000));
    should(read(bytes, 5).payload.buffer === bytes.buffer).be.true();
  });

  it('keeps a topic of any UTF-8, and has an empty one for what is none', () => {
    for (const topic of ['open/设备/\u{1F600}', 'a\ufffdb', ''])
      should(read(received({}, topic), 5).topic).equal(topic);
    for (const bytes of [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0x61, 0xe2, 0x82]]) {
      const packet = Buffer.from([0x30, 3 + bytes.length, 0, bytes.length, ...bytes, 0]);
      should(read(packet, 5).topic).equal('');
    }
  });

  const wrong: Record<string, number[]> = {
    'no topic': [0],
    'a topic longer than it': [0, 9, 0x61],
    'no packet identifier': [0, 1, 0x61, 0],
    'packet identifier 0': [0, 1, 0x61, 0, 0, 0],
    'no properties': [0, 1, 0x61, 0, 1],
    'properties longer than it': [0, 1, 0x61, 0, 1, 9, 1, 1],
    'a length of properties that goes on': [0, 1, 0x61, 0, 1, 0x80],
    'a longer form of a length': [0, 1, 0x61, 0, 1, 0x80, 0],
    'a property that is not there': [0, 1, 0x61, 0, 1, 1, 0x7f],
    'a property of CONNACK': [0, 1, 0x61, 0, 1, 3, 0x21, 0, 1],
    'a property longer than the properties': [0, 1, 0x61, 0, 1, 3, 3, 0, 9, 0x61, 0x61],
    'a text longer than the properties': [0, 1, 0x61, 0, 1, 5, 0x26, 0, 0, 0, 9, 0x61],
    'subscription identifier 0': [0, 1, 0x61, 0, 1, 2, 0x0b, 0],
    'half a subscription identifier': [0, 1, 0x61, 0, 1, 2, 0x0b, 0x80, 1],
    'a topic alias': [0, 1, 0x61, 0, 1, 3, 0x23, 0, 1],
  };
  for (const [what, body] of Object.entries(wrong)) {
    it(`with ${what} is refused`, () => {
      const bytes = Buffer.from(body);
      should(() => readPublish(bytes, 0, bytes.length, 2, 5)).throw(/^(malformed packet|protocol error)/);
      const followed = Buffer.concat([bytes, Buffer.alloc(9)]); // by another packet
      should(() => readPublish(followed, 0, bytes.length, 2, 5)).throw(/^(malformed packet|protocol error)/);
    });
  }
});

describe('a received acknowledgement', () => {
  const acknowledgement = (...body: number[]) => readAcknowledgement(Buffer.from(body), 0, body.length, 5);

  it('has its reason code, known or not, and the reason string', () => {
    should(acknowledgement(1, 2)).have.properties({ packetId: 0x102, code: 0 });
    should(acknowledgement(1, 2, 0x42)).have.properties({ packetId: 0x102, code: 0x42 });
    const said = acknowledgement(1, 2, 0xf0, 5, 0x1f, 0, 2, 0x6e, 0x6f);
    should(said).deepEqual({ packetId: 0x102, code: 0xf0, reasonString: 'no' });
    should(readAcknowledgement(Buffer.of(1, 2), 0, 2, 4)).have.properties({ packetId: 0x102, code: 0 });
  });

  it('is refused when it is cut off', () => {
    should(() => acknowledgement(1)).throw(/malformed/);
    should(() => acknowledgement(1, 2, 0x80, 9)).throw(/malformed/);
  });
});
