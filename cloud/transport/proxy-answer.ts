/** Bytes of the answer, with interim ones: Node.js's own limit for a header. */
const MAX_HEADER = 16 * 1024;
const BEGINNING = 'HTTP/1.';
const END = Buffer.from('\r\n\r\n');

/**
 * Reads the answer to CONNECT from what has come so far. `undefined`: there is more to come. Text: what is wrong with it.
 * Interim answers (1xx) are skipped.
 */
export function readProxyAnswer(received: Buffer): { status: number } | string | undefined {
  for (let start = 0; ; ) {
    const begins = received.toString('latin1', start, start + BEGINNING.length);
    if (!BEGINNING.startsWith(begins)) return 'does not answer in HTTP';
    const end = received.indexOf(END, start);
    if ((end < 0 ? received.length : end) > MAX_HEADER) return 'answered with an endless header';
    if (end < 0) return undefined;
    const [, code] = /^HTTP\/1\.\d (\d{3})(?:[ \r]|$)/.exec(received.toString('latin1', start, end)) ?? [];
    if (code === undefined) return 'does not answer in HTTP';
    const status = Number(code);
    start = end + END.length;
    if (status < 200) continue;
    // In TLS the client speaks first, so that these bytes are not the broker's.
    if (status < 300 && received.length > start) return 'sent more than its answer';
    return { status };
  }
}
