import { connect, type Socket } from 'node:net';
import { connectAsync } from 'mqtt';
import { generate, type Packet } from 'mqtt-packet';
import { deviceName, type Traffic } from './traffic';

/** The load generator: a process of its own that writes packets it has made before. */
export type Order =
  | { do: 'prepare'; traffic: Traffic; plainPort: number }
  | { do: 'publish'; projectKey: string; messages: number }
  | { do: 'retain'; projectKey: string }
  | { do: 'answer'; projectKey: string; plainPort: number };

interface Prepared {
  packets: Buffer;
  size: number;
  traffic: Traffic;
  /** Which message is next: a burst goes on where the last one ended. */
  next: number;
}

/** Bytes written at a time. */
const CHUNK = 64 * 1024;
const prepared = new Map<string, Prepared>();
let socket: Socket | undefined;

const packet = (traffic: Traffic, i: number, retain = false): Buffer => {
  const leaf = traffic.leaves[i % traffic.leaves.length];
  const topic = `open/${traffic.projectKey}/${deviceName(i % traffic.devices)}/${leaf}`;
  const { payload: first, alternate = first } = traffic;
  const payload = Math.floor(i / traffic.devices) % 2 === 0 ? first : alternate;
  return encode({ cmd: 'publish', topic, payload, qos: 0, retain, dup: false });
};
const encode = (what: Packet): Buffer => generate(what, { protocolVersion: 4 });

async function connected(port: number): Promise<Socket> {
  if (socket) return socket;
  const opened = connect(port, '127.0.0.1');
  opened.setNoDelay(true);
  opened.write(
    encode({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      clientId: 'generator',
      keepalive: 0,
    }),
  );
  await new Promise((resolve) => opened.once('data', resolve)); // CONNACK
  opened.resume();
  socket = opened;
  return opened;
}

function write(bytes: Buffer): Promise<void> {
  if (socket?.write(bytes) !== false) return Promise.resolve();
  return new Promise((resolve) => socket?.once('drain', resolve));
}

async function publish({ packets, size, next }: Prepared, messages: number): Promise<void> {
  let offset = (next * size) % packets.length;
  let left = messages * size;
  while (left > 0) {
    const end = Math.min(offset + Math.min(left, Math.max(CHUNK, size)), packets.length);
    await write(packets.subarray(offset, end));
    left -= end - offset;
    offset = end % packets.length;
  }
}

async function obey(order: Order): Promise<void> {
  switch (order.do) {
    case 'prepare': {
      const { traffic } = order;
      await connected(order.plainPort);
      const round = traffic.alternate === undefined ? traffic.devices : 2 * traffic.devices;
      const count = Math.max(round, traffic.leaves.length);
      const packets = Array.from({ length: count }, (_, i) => packet(traffic, i));
      const size = packets[0]?.length ?? 0;
      prepared.set(traffic.projectKey, { packets: Buffer.concat(packets), size, traffic, next: 0 });
      return;
    }
    case 'publish': {
      const found = prepared.get(order.projectKey);
      if (!found) throw new Error(`No traffic for ${order.projectKey}`);
      await publish(found, order.messages);
      found.next += order.messages;
      return;
    }
    case 'retain': {
      const found = prepared.get(order.projectKey);
      if (!found) throw new Error(`No traffic for ${order.projectKey}`);
      for (let i = 0; i < found.traffic.devices; i += 1) await write(packet(found.traffic, i, true));
      return;
    }
    case 'answer':
      return answer(order.projectKey, order.plainPort);
  }
}

/** Plays devices that answer a command at once. */
async function answer(projectKey: string, port: number): Promise<void> {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 5 });
  client.on('message', (topic, payload) => {
    client.publish(topic.replace(/command_send$/, 'command_reply'), payload, { qos: 0 });
  });
  await client.subscribeAsync(`open/${projectKey}/+/command_send`, { qos: 0 });
}

process.on('message', (order: Order) => {
  obey(order).then(
    () => process.send?.({}),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
