/** A packet that is larger than allowed. */
export class PacketTooLarge extends Error {}

/** Cuts a stream of bytes into packets by their lengths alone (MQTT 5 §2.1.4). */
export class Frames {
  private parts: Buffer[] = [];
  private length = 0;
  /** Bytes without which there is nothing to be said of the next packet. */
  private needed = 2;

  /** `maximum`: bytes of the largest packet. */
  constructor(private readonly maximum: () => number) {}

  /** The packets that are complete with `chunk`. Throws at one that is too large, or that has no valid length. */
  *feed(chunk: Buffer): Generator<Buffer> {
    this.parts.push(chunk);
    this.length += chunk.length;
    while (this.length >= this.needed) {
      const [first = chunk, ...more] = this.parts;
      const bytes = more.length === 0 ? first : Buffer.concat(this.parts, this.length);
      const size = sizeOf(bytes);
      if (size !== undefined && size > this.maximum()) throw new PacketTooLarge(`${size} bytes`);
      const end = size ?? bytes.length + 1;
      if (end <= bytes.length) yield bytes.subarray(0, end);
      this.parts = end <= bytes.length ? [bytes.subarray(end)] : [bytes];
      this.length = this.parts[0]?.length ?? 0;
      this.needed = end <= bytes.length ? 2 : end;
    }
  }
}

/** Bytes of the packet that `bytes` begin with; `undefined`: its length is not there yet. */
function sizeOf(bytes: Buffer): number | undefined {
  let length = 0;
  for (let at = 1; at <= 4; at += 1) {
    const byte = bytes[at];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 128 ** (at - 1);
    if (byte < 0x80) return at + 1 + length;
  }
  throw new Error('a length of more than four bytes');
}
