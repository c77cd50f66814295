import type { Packet } from 'mqtt-packet';
import should from 'should';
import { PUBACK } from '../../../cloud/transport/publish-packets';
import { until } from '../../support/events';
import { bytesOf, message, openChannel, packetsOf, turn } from './channel';

const CONNACK: Packet = { cmd: 'connack', sessionPresent: false, reasonCode: 0 };

describe('transport: the PUBLISH channel, inbound', () => {
  it('hands messages over and passes the rest, untouched', async () => {
    const acknowledged: number[][] = [];
    const { link, passed, numbers } = openChannel({
      onAcknowledgement: (type, packetId, code) => acknowledged.push([type, packetId, code]),
    });
    const suback: Packet = { cmd: 'suback', messageId: 5, granted: [1, 0x87] };
    const disconnect: Packet = { cmd: 'disconnect', reasonCode: 0x8e };
    const auth: Packet = { cmd: 'auth', reasonCode: 0, properties: { authenticationMethod: 'x' } };
    const unsuback: Packet = { cmd: 'unsuback', messageId: 6, granted: [0] };
    const rest = [suback, unsuback, auth, disconnect];
    const own: Packet[] = [
      message(1),
      { cmd: 'puback', messageId: 1, reasonCode: 0 },
      { cmd: 'pubrec', messageId: 2, reasonCode: 0x10 },
      { cmd: 'pubrel', messageId: 3, reasonCode: 0 },
      { cmd: 'pubcomp', messageId: 4, reasonCode: 0 },
    ];
    link.push(bytesOf(...rest.flatMap((packet, i) => [own[i] ?? message(9), packet]), ...own.slice(4)));
    await until(() => acknowledged.length === 4, 1000, 'all');
    should(Buffer.concat(passed).equals(bytesOf(...rest))).be.true();
    should(acknowledged).deepEqual([
      [4, 1, 0],
      [5, 2, 0x10],
      [6, 3, 0],
      [7, 4, 0],
    ]);
    should(numbers()).deepEqual([1]);
  });

  it('keeps messages that come with CONNACK until mqtt.js has dealt with it', async () => {
    const { channel, link, passed, numbers } = openChannel({}, false);
    link.push(bytesOf(CONNACK, message(1), message(2)));
    for (let i = 0; i < 5; i += 1) await turn();
    should([packetsOf(passed), numbers()]).deepEqual([['connack'], []]);
    channel.begin();
    await until(() => numbers().length === 2, 1000, 'the messages');
  });

  it('a message before CONNACK ends the connection', async () => {
    const { channel, link, errors, numbers } = openChannel({}, false);
    link.push(bytesOf(message(1), CONNACK));
    await until(() => channel.closed, 1000, 'the end');
    should([errors, numbers(), link.destroyed]).deepEqual([
      ['protocol error: a message before CONNACK'],
      [],
      true,
    ]);
  });

  it('what mqtt.js gets it has before the message that follows', async () => {
    const order: string[] = [];
    const { channel, link } = openChannel({ onPublish: () => order.push('message') });
    channel.on('data', () => queueMicrotask(() => order.push('suback')));
    link.push(bytesOf({ cmd: 'suback', messageId: 5, granted: [1] }, message(1)));
    await until(() => order.length === 2, 1000, 'both');
    should(order).deepEqual(['suback', 'message']);
  });

  it('hands over nothing while paused, and leaves it in the link', async () => {
    const it = openChannel({
      onPublish: ({ payload }) => {
        seen.push(Number(payload.toString()));
        if (seen.length === 3) it.channel.pauseReading();
      },
    });
    const seen: number[] = [];
    for (let n = 1; n <= 10; n += 1) it.link.push(bytesOf(message(n), message(n + 100)));
    for (let i = 0; i < 5; i += 1) await turn();
    should(seen).deepEqual([1, 101, 2]);
    should([it.link.readableLength > 0, it.channel.isAlive]).deepEqual([true, true]);
    it.channel.resumeReading();
    await until(() => seen.length === 20, 1000, 'the rest');
    should(seen.slice(3, 7)).deepEqual([102, 3, 103, 4]);
  });

  it('reads no further while mqtt.js takes nothing', async () => {
    const suback = bytesOf({ cmd: 'suback', messageId: 5, granted: Array.from({ length: 1000 }, () => 1) });
    const { channel, link, passed, numbers } = openChannel();
    channel.pause();
    for (let n = 1; n <= 100; n += 1) link.push(Buffer.concat([suback, bytesOf(message(n))]));
    let before = -1;
    while (numbers().length !== before) {
      before = numbers().length;
      for (let i = 0; i < 10; i += 1) await turn();
    }
    should(before).be.within(1, 99);
    should(link.readableLength).be.above(0);
    channel.resume();
    await until(() => numbers().length === 100, 2000, 'the messages');
    should(Buffer.concat(passed).length).equal(100 * suback.length);
  });

  it('a message without room waits, and all that follows with it', async () => {
    let room = 2;
    const it = openChannel({
      hasRoom: (qos) => qos === 0 || room > 0,
      onPublish: ({ qos, payload }) => {
        seen.push(Number(payload.toString()));
        if (qos > 0) room -= 1;
      },
    });
    const seen: number[] = [];
    it.link.push(bytesOf(message(1), message(2), message(3, 0), message(4, 2), message(5, 0)));
    for (let i = 0; i < 5; i += 1) await turn();
    should(seen).deepEqual([1, 2, 3]);
    room = 1;
    it.channel.makeRoom();
    await until(() => seen.length === 5, 1000, 'the rest');
    should(seen).deepEqual([1, 2, 3, 4, 5]);
  });

  it('a flow that takes long has few messages at a time, and others their turn in between', async () => {
    let handled = 0;
    const most: number[] = [];
    let inTurn = 0;
    const { link } = openChannel({
      onPublish: () => {
        inTurn += 1;
        // As Node-RED does, the flow runs at the end of the turn.
        setImmediate(() => {
          handled += 1;
          for (const end = performance.now() + 2; performance.now() < end; );
        });
      },
    });
    for (let n = 1; n <= 300; n += 1) link.push(bytesOf(message((n % 60_000) + 1, 0)));
    while (handled < 300) {
      await turn();
      if (inTurn > 0) most.push(inTurn);
      inTurn = 0;
    }
    should(Math.max(...most.slice(3))).be.belowOrEqual(32);
  });

  it('takes nothing after it has finished', async () => {
    const { channel, link, writes, numbers } = openChannel();
    channel.acknowledge(PUBACK, 7);
    channel.finish(Buffer.of(0xe0, 0));
    link.push(bytesOf(message(1)));
    await turn();
    should([packetsOf(writes), numbers(), link.writableEnded]).deepEqual([
      ['puback 7', 'disconnect'],
      [],
      true,
    ]);
  });
});
