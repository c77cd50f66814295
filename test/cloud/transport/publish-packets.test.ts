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
  const messages = fc.record({
    topic: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }),
    payload: fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)),
    qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
    expiry: fc.option(fc.nat(0xffff_ffff), { nil: undefined }),
  });
  const versions = fc.constantFrom(4 as const, 5 as const);
  const ids = fc.integer({ min: 1, max: 65_535 });

  it('says what it was given, whatever that is, in as many bytes as announced', () => {
    fc.assert(
      fc.property(messages, versions, ids, (message, version, packetId) => {
        const { topic, payload, qos, expiry } = message;
        const bytes = encodePublish(version, message, packetId);
        const [packet, ...more] = decode(bytes, version);
        should(more).be.empty();
        should(packet).have.properties({ topic, qos, dup: false, retain: false });
        should(Buffer.from(packet?.payload ?? '').equals(payload)).be.true();
        if (qos > 0) should(packet?.messageId).equal(packetId);
        should(packet?.properties?.messageExpiryInterval).equal(version === 5 ? expiry : undefined);
        should(bytes.length).equal(publishSize(message, version));
      }),
    );
  });

  it('is read as it was written', () => {
    fc.assert(
      fc.property(messages, versions, ids, (message, version, packetId) => {
        const { topic, payload, qos } = message;
        const packet = read(encodePublish(version, message, packetId), version);
        const id = qos === 0 ? 0 : packetId;
        should(packet).have.properties({ topic, qos, retain: false, identifiers: [], packetId: id });
        should(packet.payload.equals(payload)).be.true();
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
