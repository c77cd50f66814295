import { Duplex } from 'node:stream';
import should from 'should';
import { PublishChannel } from '../../../cloud/transport/publish-channel';
import { PUBACK } from '../../../cloud/transport/publish-packets';
import { bytesOf, openChannel, packetsOf, turn } from './channel';

describe('transport: the PUBLISH channel, outbound', () => {
  const outgoing = { topic: 'a', payload: Buffer.from('x'), qos: 1 as const };

  it('writes all of a turn in one piece, in order', async () => {
    const { channel, writes } = openChannel();
    for (let id = 1; id <= 50; id += 1) {
      channel.publish(outgoing, id);
      channel.acknowledge(PUBACK, id);
    }
    should(writes).be.empty();
    await turn();
    should(writes.length).equal(1);
    const pairs = Array.from({ length: 50 }, (_, i) => [`publish ${i + 1}`, `puback ${i + 1}`]);
    should(packetsOf(writes)).deepEqual(pairs.flat());
  });

  it('cuts none of the packets that mqtt.js writes in pieces, over turns even', async () => {
    const { channel, writes } = openChannel();
    const subscribe = bytesOf({
      cmd: 'subscribe',
      messageId: 0xc000, // as a piece of its own it looks like PINGREQ
      subscriptions: [{ topic: 'a/b', qos: 1, nl: false, rap: false, rh: 0 }],
    });
    for (const [i, byte] of subscribe.entries()) {
      channel.write(Buffer.of(byte));
      channel.publish(outgoing, i + 1);
      if (i % 3 === 0) await turn();
    }
    await turn();
    const packets = packetsOf(writes);
    should(packets.length).equal(subscribe.length + 1);
    should(packets.filter((packet) => !packet.startsWith('publish'))).deepEqual(['subscribe 49152']);
  });

  it('a large payload is one packet among small ones', async () => {
    const { channel, writes } = openChannel();
    channel.publish(outgoing, 1);
    channel.publish({ ...outgoing, payload: Buffer.alloc(1_000_000) }, 2);
    channel.publish(outgoing, 3);
    await turn();
    should(packetsOf(writes)).deepEqual(['publish 1', 'publish 2', 'publish 3']);
  });

  it('says when the link is full, and when it takes more', async () => {
    let taken: (() => void) | undefined;
    const link = new Duplex({
      read: () => undefined,
      write: (_chunk, _encoding, done) => {
        taken = done;
      },
    });
    const channel = new PublishChannel(link, 5, {
      hasRoom: () => true,
      onPublish: () => undefined,
      onAcknowledgement: () => undefined,
      onAnswer: () => undefined,
      onError: () => undefined,
    });
    channel.publish({ ...outgoing, payload: Buffer.alloc(1000) }, 1);
    should(channel.isFull).be.false();
    channel.publish({ ...outgoing, payload: Buffer.alloc(200_000) }, 2);
    should(channel.isFull).be.true();
    let drained = 0;
    channel.afterDrain(() => {
      drained += 1;
    });
    await turn();
    should([channel.isFull, drained]).deepEqual([true, 0]);
    taken?.();
    await turn();
    should([channel.isFull, drained]).deepEqual([false, 1]);
  });

  it('answers the PINGREQ of mqtt.js itself, and sends its own', async () => {
    const { channel, link, writes, passed } = openChannel();
    channel.write(bytesOf({ cmd: 'pingreq' }));
    await turn();
    should([packetsOf(passed), writes]).deepEqual([['pingresp'], []]);
    channel.ping();
    should(channel.isAlive).be.false();
    await turn();
    should(packetsOf(writes)).deepEqual(['pingreq']);
    link.push(bytesOf({ cmd: 'pingresp' }));
    await turn();
    should([channel.isAlive, passed.length]).deepEqual([true, 1]);
  });
});
