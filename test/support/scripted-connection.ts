import type { Duplex } from 'node:stream';
import { generate, type IPublishPacket, type ISubscription, type Packet, parser } from 'mqtt-packet';
import { covers } from './topic-filter';

export type Command = Packet['cmd'];
export type PacketOf<C extends Command> = Extract<Packet, { cmd: C }>;

/**
 * What a test answers instead of the default, packet by packet. A handler replaces the default answer of its
 * packet; `connection.answer(packet)` gives it nevertheless.
 */
export type Script = {
  [C in Command]?: (packet: PacketOf<C>, connection: Connection) => void;
};

/** A subscription that the broker holds, for `deliver`. */
interface Held extends ISubscription {
  identifier?: number | undefined;
}

/** One client's connection to a scripted broker. */
export class Connection {
  /** Packets received, in order, the CONNECT first. */
  readonly received: Packet[] = [];
  /** What the client has subscribed to by default answers, by filter. */
  readonly subscriptions = new Map<string, Held>();
  /** 4 or 5, as the CONNECT says. */
  protocolVersion = 4;
  /** True: reads and records, but neither handlers nor default answers run any more. */
  silent = false;
  private nextId = 0;

  /** `number` counts the connections of the broker from 1. */
  constructor(
    readonly number: number,
    readonly stream: Duplex,
    private readonly script: Script,
    private readonly onPacket: (packet: Packet) => void,
  ) {
    const reader = parser();
    reader.on('packet', (packet) => this.handle(packet));
    reader.on('error', () => stream.destroy()); // as a broker does with what is not MQTT
    stream.on('data', (chunk: Buffer) => reader.parse(chunk));
    stream.on('error', () => stream.destroy());
  }

  get open(): boolean {
    return !this.stream.destroyed;
  }

  /** Sends a packet in the client's protocol version, or in another one. */
  send(packet: Packet, protocolVersion = this.protocolVersion): void {
    this.raw(generate(packet, { protocolVersion }));
  }

  /** Sends bytes as they are. */
  raw(bytes: Buffer | readonly number[]): void {
    if (this.open) this.stream.write(Buffer.from(bytes));
  }

  /** CONNACK: `code` as a reason code for MQTT 5, as a return code for 3.1.1. */
  connack(code = 0, properties: PacketOf<'connack'>['properties'] = {}, sessionPresent = false): void {
    const five = this.protocolVersion === 5;
    const codes = five ? { reasonCode: code, properties } : { returnCode: code };
    this.send({ cmd: 'connack', sessionPresent, ...codes });
  }

  /**
   * Delivers a message as EMQX does: one copy for each subscription that covers the topic, with its identifier.
   * Returns the number of copies.
   */
  deliver(
    topic: string,
    payload: string | Buffer,
    options: Partial<Pick<IPublishPacket, 'qos' | 'retain' | 'dup'>> = {},
  ): number {
    const matching = [...this.subscriptions.values()].filter((held) => covers(held.topic, topic));
    for (const { qos: granted, identifier } of matching) {
      const { qos: wanted = 1, retain = false, dup = false } = options;
      let qos = granted;
      if (wanted < qos) qos = wanted;
      this.send({
        cmd: 'publish',
        topic,
        payload,
        qos,
        retain,
        dup,
        ...(qos > 0 ? { messageId: this.newId() } : {}),
        ...(identifier === undefined ? {} : { properties: { subscriptionIdentifier: identifier } }),
      });
    }
    return matching.length;
  }

  /** Ends the connection: with DISCONNECT and a reason code in MQTT 5, if one is given, then by closing. */
  close(reasonCode?: number): void {
    if (reasonCode !== undefined && this.protocolVersion === 5) {
      this.send({ cmd: 'disconnect', reasonCode });
    }
    this.stream.end();
  }

  /** Drops the connection without a word. */
  destroy(): void {
    this.stream.destroy();
  }

  /** Stops reading: the client's writes fill the buffers, and nothing is answered. */
  pause(): void {
    this.stream.pause();
  }

  /** The answer of a friendly broker: CONNACK 0, everything granted, everything acknowledged. */
  answer(packet: Packet): void {
    const { messageId = 0 } = packet;
    const send = (reply: Packet) => this.send(reply);
    if (packet.cmd === 'connect') this.connack();
    else if (packet.cmd === 'subscribe') this.subscribe(packet);
    else if (packet.cmd === 'unsubscribe') {
      const granted = packet.unsubscriptions.map((f) => (this.subscriptions.delete(f) ? 0 : 17));
      send({ cmd: 'unsuback', messageId, granted });
    } else if (packet.cmd === 'publish' && packet.qos === 1) send({ cmd: 'puback', messageId });
    else if (packet.cmd === 'publish' && packet.qos === 2) send({ cmd: 'pubrec', messageId });
    else if (packet.cmd === 'pubrec') send({ cmd: 'pubrel', messageId });
    else if (packet.cmd === 'pubrel') send({ cmd: 'pubcomp', messageId });
    else if (packet.cmd === 'pingreq') send({ cmd: 'pingresp' });
    else if (packet.cmd === 'disconnect') this.stream.end();
  }

  private subscribe(packet: PacketOf<'subscribe'>): void {
    const identifier = packet.properties?.subscriptionIdentifier;
    for (const wanted of packet.subscriptions) {
      this.subscriptions.set(wanted.topic, { ...wanted, identifier });
    }
    const granted = packet.subscriptions.map(({ qos }) => qos);
    this.send({ cmd: 'suback', messageId: packet.messageId ?? 0, granted });
  }

  private handle(packet: Packet): void {
    if (packet.cmd === 'connect') this.protocolVersion = packet.protocolVersion ?? 4;
    this.received.push(packet);
    this.onPacket(packet);
    if (this.silent) return;
    if (!this.scripted(packet)) this.answer(packet);
  }

  /** Runs the script's handler for this kind of packet, if there is one. */
  private scripted<C extends Command>(packet: PacketOf<C>): boolean {
    const handler: Script[C] = this.script[packet.cmd as C];
    handler?.(packet, this);
    return handler !== undefined;
  }

  private newId(): number {
    this.nextId = (this.nextId % 65_535) + 1;
    return this.nextId;
  }
}
