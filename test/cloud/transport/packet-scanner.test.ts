import fc from 'fast-check';
import { generate, type Packet } from 'mqtt-packet';
import should from 'should';
import { PacketScanner } from '../../../cloud/transport/packet-scanner';

const LIMIT = 16 * 1024 * 1024;

/** The packets that come out when the chunks go in one after the other. */
function scan(chunks: readonly Buffer[], maximum = LIMIT): Buffer[] {
  const scanner = new PacketScanner(maximum);
  const packets: Buffer[] = [];
  for (const chunk of chunks) {
    scanner.feed(chunk);
    while (scanner.next()) packets.push(Buffer.from(scanner.bytes.subarray(scanner.start, scanner.end)));
  }
  return packets;
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length];
  sorted.sort((a, b) => a - b);
  return sorted.slice(1).map((end, i) => bytes.subarray(sorted[i], end));
}

const publish = (size: number, qos: 0 | 1 = 1): Packet => ({
  cmd: 'publish',
  topic: 'a/b',
  payload: Buffer.alloc(size, 65),
  qos,
  messageId: 7,
  retain: false,
  dup: false,
});

describe('transport: packets in a stream of bytes', () => {
  const packet = fc
    .oneof(
      fc.nat(300).map((size) => publish(size)),
      fc.constantFrom<Packet>(
        publish(20_000, 0),
        { cmd: 'pingresp' },
        { cmd: 'puback', messageId: 1 },
        { cmd: 'pubrel', messageId: 2 },
        { cmd: 'suback', messageId: 3, granted: [0, 1, 128] },
        { cmd: 'connack', sessionPresent: false, returnCode: 0 },
      ),
    )
    .map((it) => generate(it, { protocolVersion: 4 }));

  it('come out whole and in order, however the stream is cut', () => {
    const places = fc.array(fc.nat(), { maxLength: 30 });
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 8 }), places, (packets, at) => {
        should(scan(cut(Buffer.concat(packets), at))).deepEqual(packets);
      }),
    );
  });

  it('come out whole when each byte comes alone', () => {
    const packets = [publish(200), { cmd: 'pingresp' } as const, publish(3)].map((it) => generate(it));
    should(scan([...Buffer.concat(packets)].map((byte) => Buffer.of(byte)))).deepEqual(packets);
  });

  it('are not copied out of a chunk in which they lie', () => {
    const chunk = Buffer.concat([generate(publish(10)), generate(publish(20))]);
    const scanner = new PacketScanner(LIMIT);
    scanner.feed(chunk);
    while (scanner.next()) should(scanner.bytes === chunk).be.true();
  });

  it('are offered again after they were put back', () => {
    const scanner = new PacketScanner(LIMIT);
    scanner.feed(Buffer.of(0xd0, 0, 0x40, 2, 0, 1, 0xd0));
    const types: number[] = [];
    while (scanner.next()) {
      types.push(scanner.type);
      if (types.length === 2) scanner.back();
    }
    scanner.feed(Buffer.of(0));
    while (scanner.next()) types.push(scanner.type);
    should(types).deepEqual([13, 4, 4, 13]);
  });

  it('of 16 MB are put together, larger ones refused', () => {
    const largest = Buffer.concat([Buffer.of(0x30, 0xfb, 0xff, 0xff, 0x07), Buffer.alloc(LIMIT - 5)]);
    const chunks = Array.from({ length: 256 }, (_, i) => largest.subarray(i * 65_536, (i + 1) * 65_536));
    should(scan(chunks).map(({ length }) => length)).deepEqual([LIMIT]);
    should(() => scan([Buffer.of(0x30, 0xfc, 0xff, 0xff, 0x07)])).throw(/packet too large: 16777217 bytes/);
  });

  it('of 100 MB are refused before memory is taken for them', () => {
    const before = process.memoryUsage().arrayBuffers;
    for (const chunks of [[[0x30, 0x80, 0xc2, 0xd7, 0x2f]], [[0x30], [0x80, 0xc2], [0xd7, 0x2f, 0]]]) {
      should(() => scan(chunks.map((bytes) => Buffer.from(bytes)))).throw(
        /packet too large: 100000005 bytes/,
      );
    }
    should(process.memoryUsage().arrayBuffers - before).be.below(1_000_000);
  });

  const malformed: Record<string, number[]> = {
    'a length of five bytes': [0x30, 0xff, 0xff, 0xff, 0xff, 1],
    'a packet type of 0': [0],
    'PUBLISH of QoS 3': [0x36],
    'PUBACK with a reserved bit': [0x41],
    'PUBREL without its reserved bit': [0x60],
    'HTTP/1.1 400': [...Buffer.from('HTTP/1.1 400')],
  };
  for (const [what, bytes] of Object.entries(malformed)) {
    it(`are not to be had of ${what}, and the rest is not waited for`, () => {
      should(() => scan([Buffer.from(bytes)])).throw(/malformed packet/);
      should(() => scan(bytes.map((byte) => Buffer.of(byte)))).throw(/malformed packet/);
    });
  }
});
