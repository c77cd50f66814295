import { printable } from '../protocol/printable';

/** What a broker may add to a reason code (MQTT 5 §3.2.2.3, §3.14.2.2). */
export interface BrokerWords {
  reasonString?: unknown;
  serverReference?: unknown;
}

const LONGEST = 200;

/** What the broker added as `: <server>: <reason>`, or `''`. It is made printable and short, since it is logged. */
export function quote({ serverReference, reasonString }: BrokerWords = {}): string {
  return [serverReference, reasonString]
    .map((text) => (text ? `: ${printable(String(text), LONGEST)}` : ''))
    .join('');
}
