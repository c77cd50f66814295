import { Duplex } from 'node:stream';
import type { ProtocolVersion } from './connection-options';
import { readUint16 } from './packet-properties';
import { Hold, PacketReader } from './packet-reader';
import { PacketScanner, protocolError } from './packet-scanner';
import type { Received } from './publish-packets';
import {
  ACKNOWLEDGEMENT_SIZE,
  type Acknowledgement,
  type Outgoing,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  packetSize,
  publishLength,
  readAcknowledgement,
  readPublish,
  writeAcknowledgement,
  writePublish,
} from './publish-packets';
import { TurnWriter } from './turn-writer';

const CONNACK = 2;
const SUBACK = 9;
const UNSUBACK = 11;
const PINGREQ = 12;
const PINGRESP = 13;
const PINGREQ_BYTES = Buffer.of(PINGREQ << 4, 0);
const PINGRESP_BYTES = Buffer.of(PINGRESP << 4, 0);

export interface ChannelEvents {
  /** Whether a PUBLISH of this QoS may come; if not, it waits until {@link PublishChannel.makeRoom}. */
  hasRoom(qos: number): boolean;
  onPublish(received: Received): void;
  /** PUBACK, PUBREC, PUBREL or PUBCOMP, `code` being its reason code: 0 in MQTT 3.1.1. */
  onAcknowledgement(type: Acknowledgement, packetId: number, code: number, reasonString?: string): void;
  /** SUBACK or UNSUBACK, before it passes to mqtt.js. */
  onAnswer(packetId: number): void;
  /** The socket failed, or the broker violated the protocol. The channel closes afterwards. */
  onError(error: Error): void;
}

/**
 * The stream between mqtt.js and its socket. Inbound it takes out PUBLISH and its acknowledgements; everything else
 * passes to mqtt.js. Outbound it sends PUBLISH and acknowledgements between the packets of mqtt.js, all packets of a
 * turn together. It answers PINGREQ of mqtt.js itself, since the broker's PINGRESP may wait behind seconds of messages;
 * keepalive is in `keepalive`. Channel and socket close together.
 */
export class PublishChannel extends Duplex {
  private readonly reader: PacketReader;
  private readonly writer: TurnWriter;
  private readonly ofClient = new PacketScanner(Number.POSITIVE_INFINITY);
  private begun = false;

  constructor(
    private readonly link: Duplex,
    private readonly version: ProtocolVersion,
    private readonly events: ChannelEvents,
  ) {
    super();
    this.writer = new TurnWriter(link);
    this.reader = new PacketReader(
      link,
      () => this.takePacket(),
      (error) => {
        events.onError(error);
        this.destroy();
      },
    );
    link.on('error', (error) => events.onError(error));
    link.once('close', () => this.destroy());
  }

  /** To be called after CONNACK: from now on messages are taken. */
  begin(): void {
    this.begun = true;
    this.reader.release(Hold.connecting);
  }

  pauseReading(): void {
    this.reader.hold(Hold.paused);
  }

  resumeReading(): void {
    this.reader.release(Hold.paused);
  }

  /** Offers a PUBLISH that had to wait again. */
  makeRoom(): void {
    this.reader.release(Hold.windowFull);
  }

  ping(): void {
    this.reader.expect();
    this.writer.append(PINGREQ_BYTES);
  }

  /** Whether anything was received since {@link ping}, or waits to be read. */
  get isAlive(): boolean {
    return this.reader.isAlive;
  }

  /** Whether the buffer of the socket is full; see {@link afterDrain}. */
  get isFull(): boolean {
    return this.writer.isFull;
  }

  afterDrain(then: () => void): void {
    this.writer.afterDrain(then);
  }

  publish(message: Outgoing, packetId: number): void {
    const length = publishLength(message, this.version);
    const target = this.writer.reserve(packetSize(length));
    writePublish(target, this.writer.offset, this.version, message, packetId, length);
  }

  acknowledge(type: Acknowledgement, packetId: number): void {
    const target = this.writer.reserve(ACKNOWLEDGEMENT_SIZE);
    writeAcknowledgement(target, this.writer.offset, type, packetId);
  }

  /** Sends a last packet and ends the socket. What is received afterwards is dropped. */
  finish(last: Buffer): void {
    this.reader.stop();
    this.writer.append(last);
    this.writer.flush();
    this.link.end();
  }

  override _read(): void {
    this.reader.release(Hold.clientFull);
  }

  /** mqtt.js writes a packet in pieces; nothing may be sent between them. */
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.ofClient.feed(chunk);
    while (this.ofClient.next()) {
      const { type, bytes, start, end } = this.ofClient;
      if (type === PINGREQ) this.push(PINGRESP_BYTES);
      else this.writer.append(bytes.subarray(start, end));
    }
    done();
  }

  override _final(done: () => void): void {
    this.writer.flush();
    this.link.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.reader.stop();
    if (this.link.closed) done(error);
    else this.link.once('close', () => done(error)).destroy();
  }

  private takePacket(): void {
    const { type, flags, bytes, body, end } = this.reader.packet;
    if (!this.begun && type >= PUBLISH && type <= PUBCOMP) throw protocolError('a message before CONNACK');
    if (type === PUBLISH) {
      if (!this.events.hasRoom((flags >> 1) & 3)) {
        this.reader.putBack(Hold.windowFull);
        return;
      }
      this.events.onPublish(readPublish(bytes, body, end, flags, this.version));
      this.reader.count();
    } else if (type >= PUBACK && type <= PUBCOMP) {
      const { packetId, code, reasonString } = readAcknowledgement(bytes, body, end, this.version);
      this.events.onAcknowledgement(type as Acknowledgement, packetId, code, reasonString);
    } else if (type !== PINGRESP) this.passPacket();
  }

  /** mqtt.js processes the packet by the end of the turn; nothing that follows is taken before. */
  private passPacket(): void {
    const { type, bytes, start, body, end } = this.reader.packet;
    if (type === SUBACK || type === UNSUBACK) this.events.onAnswer(readUint16(bytes, body));
    this.reader.endTurn();
    if (type === CONNACK && !this.begun) this.reader.hold(Hold.connecting);
    if (!this.push(bytes.subarray(start, end))) this.reader.hold(Hold.clientFull);
  }
}
