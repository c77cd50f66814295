import type { Duplex } from 'node:stream';
import { PacketScanner } from './packet-scanner';
import { ReadingTurn } from './reading-turn';

/** A broker keeps larger packets to itself (MQTT 5): 100 of the largest may come at once. EMQX's own limit is 1 MB. */
export const MAX_PACKET_RECEIVED = 16 * 1024 * 1024;

/** Why nothing is read for now, a bit each. */
export const Hold = {
  /** mqtt.js has not dealt with CONNACK. */
  connecting: 1,
  paused: 2,
  turnOver: 4,
  clientFull: 8,
  windowFull: 16,
} as const;
type Reason = (typeof Hold)[keyof typeof Hold];

/**
 * Reads packets off a stream, one by one, as long as nothing holds it: the rest stays in the stream, and with the
 * other side's TCP.
 */
export class PacketReader {
  /** The packet that `take` is called for. */
  readonly packet = new PacketScanner(MAX_PACKET_RECEIVED);
  private heard = true;
  private holds = 0;
  private scheduled = false;
  private stopped = false;
  private readonly turn = new ReadingTurn(() => this.release(Hold.turnOver));

  /** `take` may hold the reading; `onError` gets what it throws, or that what came is no packet. */
  constructor(
    private readonly stream: Duplex,
    private readonly take: () => void,
    private readonly onError: (error: Error) => void,
  ) {
    stream.on('data', this.onData);
  }

  /** Whether something has come since {@link expect}, or waits to be read. */
  get isAlive(): boolean {
    return this.heard || this.holds !== 0;
  }

  expect(): void {
    this.heard = false;
  }

  hold(reason: Reason): void {
    if (this.stopped) return;
    this.holds |= reason;
    this.stream.pause();
  }

  /** Reading goes on in a turn of its own. */
  release(reason: Reason): void {
    if ((this.holds & reason) === 0) return;
    this.holds &= ~reason;
    if (this.holds !== 0 || this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.read();
    });
  }

  /** The packet cannot be taken now: it is offered again. */
  putBack(reason: Reason): void {
    this.packet.back();
    this.hold(reason);
  }

  /** What was made of the packet may take a while: only so much of it in one turn. */
  count(): void {
    if (this.turn.count()) this.hold(Hold.turnOver);
  }

  /** Nothing more in this turn. */
  endTurn(): void {
    this.turn.begin();
    this.hold(Hold.turnOver);
  }

  /** Whatever still comes is dropped. */
  stop(): void {
    this.stopped = true;
    this.stream.off('data', this.onData).resume();
  }

  private readonly onData = (chunk: Buffer): void => {
    this.packet.feed(chunk);
    this.read();
  };

  private read(): void {
    this.heard = true;
    try {
      while (this.holds === 0 && !this.stopped && this.packet.next()) this.take();
    } catch (error) {
      this.stop();
      this.onError(error instanceof Error ? error : new Error(String(error)));
    }
    this.turn.endSoon();
    if (this.holds === 0 && this.stream.isPaused()) this.stream.resume();
  }
}
