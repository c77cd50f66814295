import { Malformed } from './json';

let gb18030: TextDecoder | undefined;

/** `undefined` where Node.js was built without the tables (`small-icu`): it cannot read GB18030 then. */
export function gb18030Decoder(): TextDecoder | undefined {
  try {
    gb18030 ??= new TextDecoder('gb18030', { fatal: true });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return gb18030;
}

/** GB18030 bytes (GBK and GB2312 are parts of it) as text without a byte-order mark. Throws {@link Malformed}. */
export function decodeGb18030(bytes: Buffer): string {
  const decoder = gb18030Decoder();
  if (!decoder) throw new Malformed('GB18030, which this Node.js cannot read');
  try {
    const text = decoder.decode(bytes);
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  } catch {
    throw new Malformed('not GB18030');
  }
}
