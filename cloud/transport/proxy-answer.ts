/** Bytes of a header: Node.js's own limit for servers and clients. */
const MAX_HEADER = 16 * 1024;
const BEGINNING = 'HTTP/1.';
const END = Buffer.from('\r\n\r\n');

/**
 * Reads the answer to CONNECT from what has come so far. `undefined`: there is more to come. Text: what is wrong with it.
 * Interim answers (1xx) are skipped.
 */
export function readProxyAnswer(received: Buffer): { status: number } | string | undefined {
  const begins = received.toString('latin1', 0, BEGINNING.length);
  if (!BEGINNING.startsWith(begins)) return 'does not answer in HTTP';
  const end = received.indexOf(END);
  if (end > MAX_HEADER || (end < 0 && received.length > MAX_HEADER)) return 'answered with an endless header';
  if (end < 0) return undefined;
  const [, code] = /^HTTP\/1\.\d (\d{3})(?:[ \r]|$)/.exec(received.toString('latin1', 0, end)) ?? [];
  if (code === undefined) return 'does not answer in HTTP';
  const status = Number(code);
  const rest = received.subarray(end + END.length);
  if (status < 200) return rest.length === 0 ? undefined : readProxyAnswer(rest);
  // In TLS the client speaks first, so that these bytes are not the broker's.
  if (status < 300 && rest.length > 0) return 'sent more than its answer';
  return { status };
}
