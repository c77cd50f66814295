import type { Duplex } from 'node:stream';
import { generate, type IConnectPacket, type Packet, parser } from 'mqtt-packet';
import { Frames, PacketTooLarge } from './frames';
import { REASON } from './reason-codes';
import type { BrokerSettings } from './settings';

export interface WireEvents {
  onPacket(packet: Packet): void;
  /** What came is not to be answered but by the end of the connection; a reason code of MQTT 5. */
  onFault(code: number): void;
  onClosed(): void;
}

/** Milliseconds for a client to read what it was sent, before it is cut (EMQX: `send_timeout`). */
const SEND_TIMEOUT = 15_000;
/** Milliseconds for the other side to close after our last packet. */
const GRACE = 1000;

/** Packets over a connection. */
export class Wire {
  /** Of the CONNECT. */
  version: 3 | 4 | 5 = 4;
  /** Bytes of the largest packet that the client takes. */
  maximum = Number.POSITIVE_INFINITY;
  private readonly frames: Frames;
  private readonly parser = parser();
  private open = true;
  private stuck: NodeJS.Timeout | undefined;
  private silence: NodeJS.Timeout | undefined;

  constructor(
    private readonly socket: Duplex,
    private readonly settings: BrokerSettings,
    private readonly events: WireEvents,
  ) {
    this.frames = new Frames(() => settings.maxPacketSize);
    this.parser.on('packet', (packet) => {
      if (packet.cmd === 'connect') this.version = versionOf(packet);
      if (this.open) events.onPacket(packet);
    });
    this.parser.on('error', () => this.fault(REASON.malformedPacket));
    socket.on('data', (chunk: Buffer) => this.read(chunk));
    socket.on('drain', () => {
      clearTimeout(this.stuck);
      this.stuck = undefined;
    });
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      this.open = false;
      clearTimeout(this.stuck);
      clearTimeout(this.silence);
      events.onClosed();
    });
  }

  /** `false`: larger than what the client takes, and so not sent. */
  send(packet: Packet): boolean {
    const bytes = generate(packet, { protocolVersion: this.version });
    if (bytes.length > this.maximum) return false;
    if (this.open && !this.socket.write(bytes))
      this.stuck ??= setTimeout(() => this.socket.destroy(), SEND_TIMEOUT).unref();
    return true;
  }

  /** Something has to come every `ms` from now on; 0: no limit. */
  expect(ms: number): void {
    clearTimeout(this.silence);
    const late = () => this.fault(REASON.keepaliveTimeout);
    this.silence = ms > 0 ? setTimeout(late, ms).unref() : undefined;
  }

  /** Ends the connection, in MQTT 5 with DISCONNECT if there is a code for it. Nothing is read any more. */
  end(code?: number): void {
    if (!this.open) return;
    if (code !== undefined && this.version === 5) this.send({ cmd: 'disconnect', reasonCode: code });
    this.open = false;
    this.socket.end();
    setTimeout(() => this.socket.destroy(), GRACE).unref();
  }

  destroy(): void {
    this.socket.destroy();
  }

  private read(chunk: Buffer): void {
    if (!this.open) return;
    this.silence?.refresh();
    this.throttle(chunk.length);
    try {
      for (const frame of this.frames.feed(chunk)) if (this.open) this.parser.parse(frame);
    } catch (error) {
      this.fault(error instanceof PacketTooLarge ? REASON.packetTooLarge : REASON.malformedPacket);
    }
  }

  private fault(code: number): void {
    if (this.open) this.events.onFault(code);
  }

  /** Stops reading until the bytes are paid for, as `bytes_rate` has it. */
  private throttle(bytes: number): void {
    const { bytesRate } = this.settings;
    if (bytesRate === Number.POSITIVE_INFINITY) return;
    this.socket.pause();
    setTimeout(() => this.socket.resume(), (bytes / bytesRate) * 1000).unref();
  }
}

function versionOf({ protocolVersion }: IConnectPacket): 3 | 4 | 5 {
  return protocolVersion ?? 4;
}
