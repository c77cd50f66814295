import fc from 'fast-check';
import { type IConnackPacket, type IPublishPacket, parser } from 'mqtt-packet';
import should from 'should';
import { describe as describeConnack, encodePublish, publishSize } from '../../../cloud/transport/packets';

function decode(bytes: Buffer, protocolVersion: 4 | 5): IPublishPacket[] {
  const packets: IPublishPacket[] = [];
  const reader = parser({ protocolVersion });
  reader.on('packet', (packet) => packets.push(packet as IPublishPacket));
  reader.on('error', (error) => {
    throw error;
  });
  reader.parse(bytes);
  return packets;
}

describe('PUBLISH', () => {
  const topic = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 });
  const payload = fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes));
  const qos = fc.constantFrom(0 as const, 1 as const, 2 as const);
  const version = fc.constantFrom(4 as const, 5 as const);
  const id = fc.integer({ min: 1, max: 65_535 });

  it('says what it was given, whatever that is, in as many bytes as announced', () => {
    fc.assert(
      fc.property(topic, payload, qos, version, id, (name, content, level, mqtt, packetId) => {
        const message = { topic: name, payload: content, qos: level };
        const bytes = encodePublish(mqtt, message, packetId);
        const [packet, ...more] = decode(bytes, mqtt);
        should(more).be.empty();
        should(packet).have.properties({ topic: name, qos: level, dup: false, retain: false });
        should(Buffer.from(packet?.payload ?? '').equals(content)).be.true();
        if (level > 0) should(packet?.messageId).equal(packetId);
        should(bytes.length).equal(publishSize(message, mqtt));
      }),
    );
  });

  for (const length of [0, 100, 120, 128, 16_370, 16_384, 2_097_140, 2_097_152, 3_000_000]) {
    it(`of ${length} bytes is whole`, () => {
      const message = {
        topic: 'open/PR_1/DU_1/attributes_push',
        payload: Buffer.alloc(length, 65),
        qos: 1 as const,
      };
      const [packet] = decode(encodePublish(5, message, 7), 5);
      should(packet?.payload.length).equal(length);
      should(packet?.messageId).equal(7);
    });
  }
});

describe('CONNACK', () => {
  const window = (receiveMaximum: number | undefined, held: number) => {
    const properties = receiveMaximum === undefined ? {} : { receiveMaximum };
    const connack: IConnackPacket = { cmd: 'connack', sessionPresent: true, reasonCode: 0, properties };
    return describeConnack(connack, 5, held).receiveMaximum;
  };

  it('leaves packet identifiers to SUBSCRIBE, and to what the session still holds', () => {
    should(window(20, 0)).equal(20);
    should(window(20, 40_000)).equal(20);
    should(window(undefined, 40_000)).be.belowOrEqual(65_535 - 40_000);
    should(window(undefined, 65_000)).equal(1);
  });
});
