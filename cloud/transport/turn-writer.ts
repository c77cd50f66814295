import type { Duplex } from 'node:stream';

const BLOCK = 16_384;

/**
 * Collects the packets of one turn of the event loop and writes them together at its end, in order, since TLS makes a
 * record of each write. It takes whole packets only.
 */
export class TurnWriter {
  /** Where to write in the buffer that {@link reserve} returned. */
  offset = 0;
  /** Not written yet: `gathered`, then `block` from `from` to `to`. */
  private gathered: Buffer[] = [];
  private block = Buffer.alloc(0);
  private from = 0;
  private to = 0;
  private size = 0;
  private draining = false;
  private waiting: (() => void)[] = [];

  constructor(private readonly stream: Duplex) {}

  /** Reserves `size` bytes for a packet, which the caller must write before anything else is sent. */
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

  /** Whether the buffer of the socket is full. */
  get isFull(): boolean {
    return this.draining || this.size >= this.stream.writableHighWaterMark;
  }

  /** Calls `then` when the socket takes more; not if it closes first. */
  afterDrain(then: () => void): void {
    this.waiting.push(then);
  }

  /** Writes now what was collected. */
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
