import { Malformed } from './json';

let decoder: TextDecoder | undefined;

/** Whether this Node.js was built with the tables for it (full ICU), as those of nodejs.org are. */
export const canReadGb18030 = (): boolean => openDecoder() !== undefined;

function openDecoder(): TextDecoder | undefined {
  try {
    decoder ??= new TextDecoder('gb18030', { fatal: true });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return decoder;
}

/** GB18030 bytes (GBK and GB2312 are parts of it) as text without a byte-order mark. Throws {@link Malformed}. */
export function decodeGb18030(bytes: Buffer): string {
  const gb18030 = openDecoder();
  if (!gb18030) throw new Malformed('GB18030, which this Node.js cannot read');
  try {
    const text = gb18030.decode(bytes);
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  } catch {
    throw new Malformed('not GB18030');
  }
}
