import { decodeJson, Malformed } from '../protocol/json';
import type { Channel } from '../protocol/topics';
import type { RecentMessage, RecentMessages } from './recent-messages';

/** What is asked of the recent messages. */
export interface RecentRequest {
  /** Only messages after this `seq`. A number that has not been given yet is one of another life: then all. */
  since: number;
  /** Of these types only; empty = all. */
  types: readonly Channel[];
  /** Of these devices only; empty = all. */
  devices: readonly string[];
  /** The most messages; there may be fewer, when they are large. */
  limit: number;
}

/** A payload for people: the decoded value of `json`; `text` and `hex` may be the beginning only. */
export type ShownPayload =
  | { format: 'json'; payload: unknown }
  | { format: 'text'; payload: string }
  | { format: 'hex'; payload: string };

/** A recent message as the editor gets it. */
export type ShownMessage = Omit<RecentMessage, 'body'> & { name?: string } & ShownPayload;

export interface RecentPage {
  /** What to ask for next time: {@link RecentRequest.since}. */
  last: number;
  /** Oldest first. When there are more than asked for, the newest of them. */
  messages: ShownMessage[];
  /** Whether older ones that fit were left out. */
  more: boolean;
  /** See {@link RecentMessages.passed}. */
  passed: number;
}

/** Characters of JSON after which a page ends. */
const LARGE = 256 * 1024;

/** The newest messages that fit. Who asks for devices is taken to go on looking at them. */
export function recentPage(
  recent: RecentMessages,
  nameOf: (device: string) => string | undefined,
  { since, types, devices, limit }: RecentRequest,
): RecentPage {
  recent.lookAt(devices);
  const after = since > recent.last ? 0 : since;
  const wanted = new Set(devices);
  const messages: ShownMessage[] = [];
  const { last, passed } = recent;
  let size = 0;
  for (const message of recent.newest(types)) {
    if (message.seq <= after) break;
    if (wanted.size > 0 && !wanted.has(message.device)) continue;
    if (messages.length === limit || size > LARGE)
      return { last, messages: messages.reverse(), more: true, passed };
    const shown = shownMessage(message, nameOf(message.device));
    size += JSON.stringify(shown).length;
    messages.push(shown);
  }
  return { last, messages: messages.reverse(), more: false, passed };
}

function shownMessage({ body, ...message }: RecentMessage, name: string | undefined): ShownMessage {
  return { ...message, ...(name !== undefined && { name }), ...shownPayload(body, message.complete) };
}

/** `complete`: whether `body` is all of the payload; otherwise it cannot be JSON. */
export function shownPayload(body: Buffer, complete: boolean): ShownPayload {
  if (complete) {
    try {
      return { format: 'json', payload: decodeJson(body) };
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
    }
  }
  const text = readableText(body, complete);
  return text === undefined
    ? { format: 'hex', payload: body.toString('hex') }
    : { format: 'text', payload: text };
}

/** `undefined`: not UTF-8, or with control characters in it. A character that has been cut at the end is left out. */
function readableText(body: Buffer, complete: boolean): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body, { stream: !complete });
    return /[\p{Cc}\p{Cn}\p{Co}]/u.test(text.replace(/[\t\n\r]/g, '')) ? undefined : text;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
