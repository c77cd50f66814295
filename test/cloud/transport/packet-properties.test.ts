import fc from 'fast-check';
import { generate } from 'mqtt-packet';
import should from 'should';
import { readProperties, readUint16, sizeOf } from '../../../cloud/transport/packet-properties';

describe('properties of packets', () => {
  it('a variable byte integer takes one byte for each seven bits', () => {
    for (const [value, size] of [
      [0, 1],
      [127, 1],
      [128, 2],
      [16_383, 2],
      [16_384, 3],
      [2_097_151, 3],
      [2_097_152, 4],
      [268_435_455, 4],
    ] as const)
      should(sizeOf(value)).equal(size);
  });

  it('two bytes are a number, the higher first; none are 0', () => {
    should([readUint16(Buffer.of(1, 2), 0), readUint16(Buffer.of(1), 1)]).deepEqual([0x102, 0]);
  });

  it('a reason string is found among user properties, wherever the packet stands in its bytes', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(
        text,
        fc.dictionary(text, text, { maxKeys: 3 }),
        fc.nat(9),
        (reasonString, pairs, before) => {
          const userProperties = { ...pairs };
          const packet = generate(
            {
              cmd: 'puback',
              messageId: 1,
              reasonCode: 0x87,
              properties: { reasonString, ...(Object.keys(pairs).length > 0 && { userProperties }) },
            },
            { protocolVersion: 5 },
          );
          const header = 1 + sizeOf(packet.length - 2);
          const bytes = Buffer.concat([Buffer.alloc(before, 0xff), packet, Buffer.alloc(5, 0xff)]);
          const end = before + packet.length;
          const read = readProperties(bytes, before + header + 3, end); // after identifier and reason code
          should(read).deepEqual({ identifiers: [], reasonString, end });
        },
      ),
    );
  });
});
