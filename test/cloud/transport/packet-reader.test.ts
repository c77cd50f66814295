import { Duplex } from 'node:stream';
import should from 'should';
import { Hold, MAX_PACKET_RECEIVED, PacketReader } from '../../../cloud/transport/packet-reader';
import { bytesOf, message, turn } from './channel';

describe('transport: reading packets', () => {
  /** A reader on a link; `push` is what comes from the broker. Each packet is taken as its last byte, a digit. */
  function openReader(take: (n: number, reader: PacketReader) => void = () => undefined) {
    const taken: number[] = [];
    const errors: string[] = [];
    const link = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
    const reader: PacketReader = new PacketReader(
      link,
      () => {
        const { bytes, end } = reader.packet;
        const n = Number(String.fromCharCode(bytes[end - 1] ?? 0));
        taken.push(n);
        take(n, reader);
      },
      (error) => errors.push(error.message),
    );
    return { reader, link, taken, errors };
  }
  const packets = (...numbers: number[]) => bytesOf(...numbers.map((n) => message(n, 0)));
  /** Long enough for what was pushed, or released, to be read. */
  const turns = async () => {
    for (let i = 0; i < 5; i += 1) await turn();
  };

  it('takes packets one by one, however the bytes are cut', async () => {
    const { link, taken } = openReader();
    for (const byte of packets(1, 2, 3)) link.push(Buffer.of(byte));
    link.push(packets(4, 5));
    await turns();
    should(taken).deepEqual([1, 2, 3, 4, 5]);
  });

  it('stops at a hold, and goes on in a later turn when the last one is released', async () => {
    const { reader, link, taken } = openReader((n, it) => {
      if (n !== 2) return;
      it.hold(Hold.paused);
      it.hold(Hold.windowFull);
    });
    link.push(packets(1, 2, 3));
    link.push(packets(4));
    await turns();
    should([taken, link.isPaused()]).deepEqual([[1, 2], true]);
    reader.release(Hold.windowFull);
    reader.release(Hold.windowFull);
    reader.release(Hold.clientFull); // which did not hold
    await turns();
    should(taken).deepEqual([1, 2]);
    reader.release(Hold.paused);
    should(taken).deepEqual([1, 2]);
    await turns();
    should([taken, link.isPaused()]).deepEqual([[1, 2, 3, 4], false]);
  });

  it('offers a packet that was put back again, before the others', async () => {
    let full = true;
    const { reader, link, taken } = openReader((n, it) => {
      if (full && n === 2) it.putBack(Hold.windowFull);
    });
    link.push(packets(1, 2, 3));
    await turns();
    full = false;
    reader.release(Hold.windowFull);
    await turns();
    should(taken).deepEqual([1, 2, 2, 3]);
  });

  it('reads no more in a turn that is over, and the rest in the next', async () => {
    const inTurns: number[][] = [[]];
    const { link } = openReader((n, it) => {
      if (inTurns.at(-1)?.length === 0) setImmediate(() => inTurns.push([]));
      inTurns.at(-1)?.push(n);
      it.endTurn();
    });
    link.push(packets(1, 2, 3));
    await turns();
    await turns();
    should(inTurns.filter(({ length }) => length > 0)).deepEqual([[1], [2], [3]]);
  });

  it('is alive when anything has come, also a part of a packet, or while it does not read', async () => {
    const { reader, link } = openReader();
    reader.expect();
    should(reader.isAlive).be.false();
    link.push(packets(1).subarray(0, 1));
    await turns();
    should(reader.isAlive).be.true();
    reader.expect();
    reader.hold(Hold.paused);
    should(reader.isAlive).be.true();
  });

  for (const [what, bytes, error] of [
    ['bytes that are not MQTT', Buffer.of(0), /^malformed packet/],
    ['a packet of more than 16 MB', Buffer.of(0x30, 0xff, 0xff, 0xff, 0x7f), /^packet too large/],
  ] as const) {
    it(`tells of ${what} once, and takes nothing more`, async () => {
      const { link, taken, errors } = openReader();
      link.push(Buffer.concat([packets(1), bytes]));
      link.push(packets(2));
      link.push(bytes);
      await turns();
      should([taken, errors.length]).deepEqual([[1], 1]);
      should(errors[0]).match(error);
    });
  }

  it('takes a packet of 16 MB', async () => {
    const { link, taken, errors } = openReader();
    const body = MAX_PACKET_RECEIVED - 5;
    const header = [0x30, (body & 0x7f) | 0x80, ((body >> 7) & 0x7f) | 0x80, ((body >> 14) & 0x7f) | 0x80];
    link.push(Buffer.concat([Buffer.of(...header, body >> 21), Buffer.alloc(body, '7')]));
    await turns();
    should([taken, errors]).deepEqual([[7], []]);
  });

  it('ends with what `take` throws', async () => {
    const { link, taken, errors } = openReader(() => {
      throw new Error('not now');
    });
    link.push(packets(1, 2));
    await turns();
    should([taken, errors]).deepEqual([[1], ['not now']]);
  });

  it('drops what comes after it was stopped, so that the stream can end', async () => {
    const { reader, link, taken } = openReader();
    reader.hold(Hold.paused);
    reader.stop();
    reader.hold(Hold.paused);
    const ended = new Promise((resolve) => link.once('end', resolve));
    link.push(packets(1));
    link.push(null);
    await ended;
    should(taken).deepEqual([]);
  });
});
