/** The length field of MQTT has four bytes at most, of seven bits each. */
const LAST_SHIFT = 21;

/** The lower half of the first byte, by packet type (MQTT 5 §2.1.3); in PUBLISH they are flags. */
const FLAGS: readonly (number | undefined)[] = [
  undefined,
  0,
  0,
  undefined,
  0,
  0,
  2,
  0,
  2,
  0,
  2,
  0,
  0,
  0,
  0,
  0,
];
const PUBLISH = 3;
const QOS_3 = 0x06;

const NOTHING = Buffer.alloc(0);

/** The peer sent something that is not MQTT, or not allowed: the connection has to end. */
export const malformed = (what: string) => new Error(`malformed packet: ${what}`);
export const protocolError = (what: string) => new Error(`protocol error: ${what}`);

/**
 * Finds the packets in a stream of MQTT bytes, whatever its chunks. It reads only the fixed header (MQTT 5 §2.1). A
 * packet inside one chunk is not copied. Others are assembled, in memory that is allocated only after their length has
 * been checked. When `next` returns `false`, pass the next chunk to `feed`.
 */
export class PacketScanner {
  /** The packet that `next` found: its fixed header begins at `start`, the rest at `body`; it ends before `end`. */
  bytes: Buffer = NOTHING;
  start = 0;
  body = 0;
  end = 0;
  /** An incomplete packet, and how many of its bytes have been received. */
  private partial: Buffer | undefined;
  private filled = 0;
  /** The rest of the chunk that completed a packet. */
  private tail: Buffer | undefined;

  /** `maximum`: bytes of the largest packet allowed. */
  constructor(private readonly maximum: number) {}

  /** Packet type, MQTT 5 §2.1.2: 3 is PUBLISH. */
  get type(): number {
    return (this.bytes[this.start] ?? 0) >> 4;
  }

  get flags(): number {
    return (this.bytes[this.start] ?? 0) & 0x0f;
  }

  feed(chunk: Buffer): void {
    if (this.partial) this.complete(this.partial, chunk);
    else if (this.end < this.bytes.length) this.take(Buffer.concat([this.bytes.subarray(this.end), chunk]));
    else this.take(chunk);
  }

  /** Goes to the next packet. Returns `false` if it is incomplete; throws if the bytes are not MQTT. */
  next(): boolean {
    if (this.end === this.bytes.length) {
      if (!this.tail) return false;
      this.take(this.tail);
    }
    const { bytes, end: start } = this;
    const first = bytes[start] ?? 0;
    if (FLAGS[first >> 4] !== (first & 0x0f) && (first >> 4 !== PUBLISH || (first & QOS_3) === QOS_3)) {
      throw malformed(`a packet that begins with ${first}`);
    }
    let length = 0;
    let at = start + 1;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at];
      if (byte === undefined) return false;
      at += 1;
      length |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
      if (shift === LAST_SHIFT) throw malformed('a length of more than four bytes');
    }
    const end = at + length;
    if (end - start > this.maximum) throw new Error(`packet too large: ${end - start} bytes`);
    if (end > bytes.length) {
      this.partial = Buffer.allocUnsafe(end - start);
      this.filled = bytes.copy(this.partial, 0, start);
      this.end = bytes.length;
      return false;
    }
    this.start = start;
    this.body = at;
    this.end = end;
    return true;
  }

  /** `next` will return the last packet again. */
  back(): void {
    this.end = this.start;
  }

  private take(bytes: Buffer): void {
    this.bytes = bytes;
    this.end = 0;
    this.tail = undefined;
  }

  private complete(partial: Buffer, chunk: Buffer): void {
    const copied = chunk.copy(partial, this.filled);
    this.filled += copied;
    if (this.filled < partial.length) return;
    this.partial = undefined;
    this.take(partial);
    if (copied < chunk.length) this.tail = chunk.subarray(copied);
  }
}
