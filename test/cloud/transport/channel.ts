import { Duplex } from 'node:stream';
import { generate, type Packet, parser } from 'mqtt-packet';
import { type ChannelEvents, PublishChannel } from '../../../cloud/transport/publish-channel';
import type { Received } from '../../../cloud/transport/publish-packets';

export const message = (n: number, qos: 0 | 1 | 2 = 1) =>
  ({ cmd: 'publish', topic: 'a', payload: String(n), qos, messageId: n, retain: false, dup: false }) as const;
export const bytesOf = (...packets: Packet[]) =>
  Buffer.concat(packets.map((packet) => generate(packet, { protocolVersion: 5 })));
export const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A channel on a link that takes writes down; what the link gets with `push` comes from the broker. */
export function openChannel(events: Partial<ChannelEvents> = {}, connected = true) {
  const writes: Buffer[] = [];
  const link = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      writes.push(chunk);
      done();
    },
  });
  const received: Received[] = [];
  const passed: Buffer[] = [];
  const errors: string[] = [];
  const channel = new PublishChannel(link, 5, {
    hasRoom: () => true,
    onPublish: (it) => received.push(it),
    onAcknowledgement: () => undefined,
    onAnswer: () => undefined,
    onError: ({ message }) => errors.push(message),
    ...events,
  });
  channel.on('data', (bytes: Buffer) => passed.push(bytes));
  if (connected) channel.begin();
  const numbers = () => received.map(({ payload }) => Number(payload.toString()));
  return { channel, link, writes, passed, errors, numbers };
}

export function packetsOf(writes: readonly Buffer[]): string[] {
  const packets: string[] = [];
  const reader = parser({ protocolVersion: 5 });
  reader.on('packet', ({ cmd, messageId }: Packet) => packets.push(`${cmd} ${messageId ?? ''}`.trim()));
  reader.on('error', (error) => packets.push(String(error)));
  for (const bytes of writes) reader.parse(bytes);
  return packets;
}
