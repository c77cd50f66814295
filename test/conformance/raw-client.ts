import { EventEmitter, once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { generate, type IPublishPacket, type Packet, parser } from 'mqtt-packet';
import { event } from '../support/events';

export type Version = 3 | 4 | 5;

/** What a client of these tests needs to know of a broker. */
export interface Address {
  endpoint: string;
  ca: string;
}

/** Milliseconds for an answer. */
const PATIENCE = 10_000;

/** Packets over TLS, with nothing between them and the test: no retries, and acknowledgements only where asked for. */
export class RawClient {
  /** What came, in order, but PUBLISH. */
  readonly answers: Packet[] = [];
  readonly messages: IPublishPacket[] = [];
  ended = false;
  /** Whether messages of QoS 1 are acknowledged as they come. */
  acknowledging = true;
  private taken = 0;
  private readonly changed = new EventEmitter();

  private constructor(
    readonly socket: TLSSocket,
    readonly version: Version,
  ) {
    const reader = parser({ protocolVersion: version });
    reader.on('packet', (packet) => {
      if (packet.cmd !== 'publish') this.answers.push(packet);
      else {
        this.messages.push(packet);
        if (this.acknowledging) this.acknowledge(packet);
      }
      this.changed.emit('change');
    });
    socket.on('data', (chunk: Buffer) => reader.parse(chunk));
    socket.on('end', () => socket.end());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.ended = true;
      this.changed.emit('change');
    });
  }

  /** Connects by TLS; nothing is sent yet. */
  static async open({ endpoint, ca }: Address, version: Version = 5): Promise<RawClient> {
    const { hostname, port } = new URL(endpoint);
    const socket = connect({ host: hostname, port: Number(port || 7885), ca, servername: nameOf(hostname) });
    await once(socket, 'secureConnect');
    return new RawClient(socket, version);
  }

  send(packet: Packet): void {
    this.raw(generate(packet, { protocolVersion: this.version }));
  }

  raw(bytes: Buffer): void {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  /** The next packet that is no PUBLISH, or `undefined` when the connection ends without one. */
  async answer(): Promise<Packet | undefined> {
    while (this.answers.length === this.taken && !this.ended) await event(this.changed, 'change', PATIENCE);
    const packet = this.answers[this.taken];
    if (packet) this.taken += 1;
    return packet;
  }

  /** Sends, and waits for the answer. */
  ask(packet: Packet): Promise<Packet | undefined> {
    this.send(packet);
    return this.answer();
  }

  /** Resolves when all that the broker had to send before has come: a PINGREQ is answered behind it. */
  async caughtUp(): Promise<void> {
    this.send({ cmd: 'pingreq' });
    for (let packet = await this.answer(); packet?.cmd !== 'pingresp'; packet = await this.answer())
      if (!packet) return;
  }

  /** Resolves when acknowledging brings nothing more. */
  async gotAll(): Promise<void> {
    for (let count = -1; count !== this.messages.length; ) {
      count = this.messages.length;
      await this.caughtUp();
    }
  }

  acknowledge({ qos, messageId = 0 }: IPublishPacket): void {
    if (qos === 1) this.send({ cmd: 'puback', messageId });
  }

  async closed(): Promise<void> {
    while (!this.ended) await event(this.changed, 'change', PATIENCE);
  }

  /** With DISCONNECT. */
  async leave(): Promise<void> {
    if (!this.ended) this.send({ cmd: 'disconnect', reasonCode: 0 });
    this.socket.end();
    await this.closed();
  }
}

/** An address has no server name. */
const nameOf = (host: string): string => (/^[\d.]+$|:/.test(host) ? '' : host);
