import type { Duplex } from 'node:stream';

const BLOCK = 16_384;

/**
 * Gathers what is sent in one turn of the event loop and writes it at its end, in one piece: TLS makes a record of
 * each write. What is handed in is whole packets, and they leave in that order.
 */
export class TurnWriter {
  /** Where the room is that {@link reserve} made, in the buffer it returned. */
  offset = 0;
  /** Not yet written: `gathered`, then what lies in `block` from `from` to `to`. */
  private gathered: Buffer[] = [];
  private block = Buffer.alloc(0);
  private from = 0;
  private to = 0;
  private size = 0;
  private draining = false;
  private waiting: (() => void)[] = [];

  constructor(private readonly stream: Duplex) {}

  /** Makes room for a packet of `size` bytes, which the caller has to write at once. */
  reserve(size: number): Buffer {
    if (this.size === 0) setImmediate(this.flush);
    this.size += size;
    if (size > BLOCK / 4) {
      const whole = Buffer.allocUnsafe(size);
      this.endBlock();
      this.gathered.push(whole);
      this.offset = 0;
      return whole;
    }
    if (this.to + size > this.block.length) {
      this.endBlock();
      this.block = Buffer.allocUnsafeSlow(BLOCK);
      this.from = 0;
      this.to = 0;
    }
    this.offset = this.to;
    this.to += size;
    return this.block;
  }

  append(packet: Buffer): void {
    const target = this.reserve(packet.length);
    packet.copy(target, this.offset);
  }

  /** Whether the socket has as much as it wants for now. */
  get isFull(): boolean {
    return this.draining || this.size >= this.stream.writableHighWaterMark;
  }

  /** Calls `then` when the socket takes more; never, if it closes before. */
  afterDrain(then: () => void): void {
    this.waiting.push(then);
  }

  /** Writes at once what has been gathered. */
  flush = (): void => {
    if (this.size === 0) return;
    this.endBlock();
    const { gathered, stream } = this;
    this.gathered = [];
    this.size = 0;
    if (!stream.writable) return;
    const [first] = gathered;
    if (stream.write(gathered.length === 1 && first ? first : Buffer.concat(gathered))) {
      if (!this.draining) this.tellWaiting();
    } else if (!this.draining) {
      this.draining = true;
      stream.once('drain', () => {
        this.draining = false;
        this.tellWaiting();
      });
    }
  };

  private tellWaiting(): void {
    if (this.waiting.length === 0) return;
    const { waiting } = this;
    this.waiting = [];
    for (const tell of waiting) tell();
  }

  private endBlock(): void {
    if (this.to > this.from) this.gathered.push(this.block.subarray(this.from, this.to));
    this.from = this.to;
  }
}
