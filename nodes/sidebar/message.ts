import { flagOf, numberOf, textOf } from './requests';
import { lineOf, linesOf, spacedHex } from './shown-value';

/** A message as `GET /eztcloud/:configId/recent` gives it, ready to be shown. */
export interface Message {
  seq: number;
  timestamp: number;
  topic: string;
  device: string;
  /** Its alias; empty: none. */
  name: string;
  type: string;
  stream: string;
  qos: number;
  retain: boolean;
  own: boolean;
  /** Bytes as received; `complete`: all of them are shown. */
  size: number;
  complete: boolean;
  format: string;
  /** The payload on one line, and for reading. */
  line: string;
  text: string;
}

export function readMessage(row: Record<string, unknown>): Message {
  const format = textOf(row.format);
  const payload = format === 'hex' ? spacedHex(textOf(row.payload)) : row.payload;
  return {
    seq: numberOf(row.seq),
    timestamp: numberOf(row.timestamp),
    topic: textOf(row.topic),
    device: textOf(row.device),
    name: textOf(row.name),
    type: textOf(row.type),
    stream: textOf(row.stream),
    qos: numberOf(row.qos),
    retain: flagOf(row.retain) === true,
    own: flagOf(row.own) === true,
    size: numberOf(row.size),
    complete: flagOf(row.complete) === true,
    format,
    line: lineOf(payload),
    text: linesOf(payload),
  };
}

/** Whether a message holds `wanted`, in lower case, in its names, its topic behind the project key, or its payload. */
export function holds({ topic, name, line }: Message, wanted: string): boolean {
  if (wanted === '') return true;
  const path = topic.replace(/^open\/[^/]*\//, '');
  return [path, name, line].some((text) => text.toLowerCase().includes(wanted));
}
