import { printable } from '../protocol/printable';

/** What a broker may add to a reason code (MQTT 5 §3.2.2.3, §3.14.2.2). */
export interface Said {
  reasonString?: unknown;
  serverReference?: unknown;
}

const LONGEST = 200;

/** What the broker added, as text that neither forges a log line nor fills it: `: <server>: <reason>`, or nothing. */
export function quote({ serverReference, reasonString }: Said = {}): string {
  return [serverReference, reasonString]
    .map((text) => (text ? `: ${printable(String(text), LONGEST)}` : ''))
    .join('');
}
