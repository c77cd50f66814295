import { randomUUID } from 'node:crypto';
import { Duplex } from 'node:stream';
import { generate, parser } from 'mqtt-packet';

/**
 * A connection as Aedes is to see it: filters in SUBSCRIBE and UNSUBSCRIBE go through `own`, so that it serves the
 * shared subscriptions it would refuse; and the CONNACK doesn't say that there are none. All else passes unchanged.
 */
export function throughWire(socket: Duplex, own: (client: string, filter: string) => string): Duplex {
  const settings = { protocolVersion: 4 };
  let clientId = '';
  let greeted = false;

  const incoming = parser();
  incoming.on('packet', (packet) => {
    if (packet.cmd === 'connect') {
      settings.protocolVersion = packet.protocolVersion ?? 4;
      clientId = packet.clientId || randomUUID();
    } else if (packet.cmd === 'subscribe') {
      for (const subscription of packet.subscriptions) {
        subscription.topic = own(clientId, subscription.topic);
      }
    } else if (packet.cmd === 'unsubscribe') {
      packet.unsubscriptions = packet.unsubscriptions.map((filter) => own(clientId, filter));
    }
    if (!wire.push(generate(packet, settings))) socket.pause();
  });

  const outgoing = parser(settings);
  outgoing.on('packet', (packet) => {
    greeted = true;
    if (packet.cmd === 'connack') delete packet.properties?.sharedSubscriptionAvailable;
    socket.write(generate(packet, settings));
  });

  const write = (bytes: Buffer, done: (error?: Error | null) => void): void => {
    if (greeted) {
      socket.write(bytes, done);
    } else {
      outgoing.parse(bytes);
      done();
    }
  };
  const wire = new Duplex({
    read: () => void socket.resume(),
    write: (chunk: Buffer, _encoding, done) => write(chunk, done),
    writev: (chunks, done) => write(Buffer.concat(chunks.map(({ chunk }) => chunk)), done),
    final: (done) => void socket.end(done),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });

  const fail = (error: Error): void => void wire.destroy(error);
  incoming.on('error', fail);
  outgoing.on('error', fail);
  socket.on('error', fail);
  socket.on('close', () => wire.destroy());
  socket.on('end', () => wire.push(null));
  socket.on('data', (chunk: Buffer) => incoming.parse(chunk));
  return wire;
}
