import type { Duplex } from 'node:stream';
import { PacketScanner } from './packet-scanner';
import { ReadingTurn } from './reading-turn';

/** The largest packet that the broker may send (MQTT 5). 100 of them may come at once. EMQX's own limit is 1 MB. */
export const MAX_PACKET_RECEIVED = 16 * 1024 * 1024;

/** Reasons not to read, one bit each. */
export const Hold = {
  /** mqtt.js has not processed CONNACK yet. */
  connecting: 1,
  paused: 2,
  turnOver: 4,
  clientFull: 8,
  windowFull: 16,
} as const;
type Reason = (typeof Hold)[keyof typeof Hold];

/**
 * Reads packets from a stream one by one, while there is no {@link Hold}. Meanwhile the rest stays in the stream and
 * in TCP.
 */
export class PacketReader {
  /** The packet that `take` is called for. */
  readonly packet = new PacketScanner(MAX_PACKET_RECEIVED);
  private heard = true;
  private holds = 0;
  private scheduled = false;
  private stopped = false;
  private readonly turn = new ReadingTurn(() => this.release(Hold.turnOver));

  /** `take` may hold reading. `onError` gets what it throws, and protocol errors. */
  constructor(
    private readonly stream: Duplex,
    private readonly take: () => void,
    private readonly onError: (error: Error) => void,
  ) {
    stream.on('data', this.onData);
  }

  /** Whether anything was received since {@link expect}, or waits to be read. */
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

  /** Reading continues in a later turn of the event loop. */
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

  /** The packet cannot be taken now: `take` will be called with it again. */
  putBack(reason: Reason): void {
    this.packet.back();
    this.hold(reason);
  }

  /** Counts a packet whose processing may take a while: the number of them in one turn is limited. */
  count(): void {
    if (this.turn.count()) this.hold(Hold.turnOver);
  }

  /** Reads nothing more in this turn. */
  endTurn(): void {
    this.turn.begin();
    this.hold(Hold.turnOver);
  }

  /** Drops everything that is received from now on. */
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
