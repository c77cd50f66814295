import { Duplex } from 'node:stream';
import fc from 'fast-check';
import should from 'should';
import { TurnWriter } from '../../../cloud/transport/turn-writer';
import { turn } from './channel';

describe('transport: writing packets', () => {
  /** A link that finishes a write when `take` is called, or at once. */
  function openLink(highWaterMark = 1_000_000, slow = false) {
    const writes: Buffer[] = [];
    let finish: (() => void) | undefined;
    const link = new Duplex({
      writableHighWaterMark: highWaterMark,
      read: () => undefined,
      write(chunk: Buffer, _encoding, done) {
        writes.push(Buffer.from(chunk));
        if (slow) finish = done;
        else done();
      },
    });
    return { link, writes, writer: new TurnWriter(link), take: () => finish?.() };
  }

  it('writes what a turn brings at once, whole and in order, whatever the sizes', async () => {
    const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 50_000 })), {
      minLength: 1,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(sizes, { maxLength: 4 }), async (all) => {
        const { writer, writes } = openLink();
        for (const packets of all) {
          const before = writes.length;
          const expected = packets.map((size, i) => Buffer.alloc(size, i));
          for (const [i, packet] of expected.entries()) {
            if (i % 2 === 0) {
              writer.append(packet);
              continue;
            }
            const target = writer.reserve(packet.length);
            packet.copy(target, writer.offset);
          }
          await turn();
          should(writes.length).equal(before + 1);
          should(writes.at(-1)?.equals(Buffer.concat(expected))).be.true();
        }
      }),
      { numRuns: 50 },
    );
  });

  it('does not write into what it has written', async () => {
    const { link, writer } = openLink();
    const written: Buffer[] = [];
    link.write = (chunk: Buffer) => written.push(chunk) > 0; // not copied
    for (let i = 0; i < 5; i += 1) {
      writer.append(Buffer.alloc(100, i));
      await turn();
    }
    should(
      Buffer.concat(written).equals(Buffer.concat([0, 1, 2, 3, 4].map((i) => Buffer.alloc(100, i)))),
    ).be.true();
  });

  it('writes sooner when asked to, and then nothing more', async () => {
    const { writer, writes } = openLink();
    writer.append(Buffer.from('a'));
    writer.flush();
    should(writes.map(String)).deepEqual(['a']);
    await turn();
    should(writes.length).equal(1);
  });

  it('is full once as much waits as the socket holds, and tells when that has gone', async () => {
    const { writer, take } = openLink(100, true);
    let told = 0;
    writer.append(Buffer.alloc(99));
    should(writer.isFull).be.false();
    writer.append(Buffer.alloc(1));
    should(writer.isFull).be.true();
    writer.afterDrain(() => {
      told += 1;
    });
    writer.flush();
    await turn();
    should([writer.isFull, told]).deepEqual([true, 0]);
    take();
    await turn();
    should([writer.isFull, told]).deepEqual([false, 1]);
  });

  it('tells nobody when the socket closes first, and writes nothing on a closed one', async () => {
    const { link, writer, writes } = openLink(100, true);
    let told = 0;
    writer.append(Buffer.alloc(100));
    writer.afterDrain(() => {
      told += 1;
    });
    writer.flush();
    link.destroy();
    writer.append(Buffer.from('late'));
    await turn();
    await turn();
    should([writes.length, told]).deepEqual([1, 0]);
  });
});
