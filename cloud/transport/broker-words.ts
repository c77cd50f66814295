import { printable } from '../protocol/printable';

/** What a broker may add to a reason code (MQTT 5 §3.2.2.3, §3.14.2.2). */
export interface BrokerWords {
  reasonString?: unknown;
  serverReference?: unknown;
}

const LONGEST = 200;
/** Characters of a secret that is looked for; a shorter one may be part of any word. */
const SHORTEST_SECRET = 4;

/** How a broker's words are shown: one that repeats what it was sent must not bring `secret` into logs and reports. */
export function wordsWithout(secret: string) {
  const hide = (text: unknown): string | undefined => {
    if (!text) return undefined;
    const said = String(text);
    return secret.length < SHORTEST_SECRET ? said : said.replaceAll(secret, '…');
  };
  return ({ reasonString, serverReference }: BrokerWords = {}) => ({
    reasonString: hide(reasonString),
    serverReference: hide(serverReference),
  });
}

/** What the broker added as `: <server>: <reason>`, or `''`. It is made printable and short, since it is logged. */
export function quote({ serverReference, reasonString }: BrokerWords = {}): string {
  return [serverReference, reasonString]
    .map((text) => (text ? `: ${printable(String(text), LONGEST)}` : ''))
    .join('');
}
