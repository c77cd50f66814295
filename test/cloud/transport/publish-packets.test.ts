import fc from 'fast-check';
import { type IPublishPacket, parser } from 'mqtt-packet';
import should from 'should';
import {
  type Outgoing,
  publishLength,
  publishSize,
  writePublish,
} from '../../../cloud/transport/publish-packets';
import { read } from './read-publish';

function encodePublish(version: 4 | 5, message: Outgoing, packetId: number): Buffer {
  const bytes = Buffer.alloc(publishSize(message, version));
  writePublish(bytes, 0, version, message, packetId, publishLength(message, version));
  return bytes;
}

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
  const expiry = fc.option(fc.nat(0xffff_ffff), { nil: undefined });

  it('says what it was given, whatever that is, in as many bytes as announced', () => {
    fc.assert(
      fc.property(
        topic,
        payload,
        qos,
        version,
        id,
        expiry,
        (name, content, level, mqtt, packetId, seconds) => {
          const message = { topic: name, payload: content, qos: level, expiry: seconds };
          const bytes = encodePublish(mqtt, message, packetId);
          const [packet, ...more] = decode(bytes, mqtt);
          should(more).be.empty();
          should(packet).have.properties({ topic: name, qos: level, dup: false, retain: false });
          should(Buffer.from(packet?.payload ?? '').equals(content)).be.true();
          if (level > 0) should(packet?.messageId).equal(packetId);
          should(packet?.properties?.messageExpiryInterval).equal(mqtt === 5 ? seconds : undefined);
          should(bytes.length).equal(publishSize(message, mqtt));
        },
      ),
    );
  });

  it('is read as it was written', () => {
    fc.assert(
      fc.property(
        topic,
        payload,
        qos,
        version,
        id,
        expiry,
        (name, content, level, mqtt, packetId, seconds) => {
          const message = { topic: name, payload: content, qos: level, expiry: seconds };
          const bytes = encodePublish(mqtt, message, packetId);
          should(read(bytes, mqtt)).have.properties({
            topic: name,
            qos: level,
            retain: false,
            identifiers: [],
            packetId: level === 0 ? 0 : packetId,
          });
          should(read(bytes, mqtt).payload.equals(content)).be.true();
        },
      ),
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
