import type { Deadband } from '../../../cloud/protocol/deadband';
import type { RawMessage, ValueMessage } from '../../../cloud/protocol/device-message';
import type { EztError } from '../../../cloud/protocol/errors';
import type { Topic } from '../../../cloud/protocol/topics';
import { contentOf, deliver } from '../../../cloud/receive/delivery';
import type { ChangesOnly, LastSent, Receiver } from '../../../cloud/subscriptions/listener';

export const topicOf = (channel: Topic['channel']): Topic =>
  channel === 'data' ? { device: 'DU_1', channel, stream: 's1' } : { device: 'DU_1', channel };
export const envelopeOf = ({ channel, stream }: Topic) => ({
  topic: `open/PR_1/DU_1/${channel}`,
  device: 'DU_1',
  project: 'Factory',
  timestamp: 1_700_000_000_000,
  qos: 1 as const,
  retain: false,
  type: channel,
  ...(stream !== undefined && { stream }),
});

/** A receiver that keeps what it gets. */
export function receiver(form: Partial<Receiver> = {}) {
  const messages: ValueMessage[] = [];
  const malformed: [EztError, RawMessage][] = [];
  const it: Receiver = {
    attributes: [],
    methods: [],
    dataFormat: 'buffer',
    output: 'message',
    onMessage: (message) => messages.push(message),
    onMalformed: (error, raw) => malformed.push([error, raw]),
    ...form,
  };
  return { ...it, messages, malformed };
}

export const send = (channel: Topic['channel'], bytes: string | Buffer, ...receivers: Receiver[]) => {
  const payload = Buffer.from(bytes);
  return deliver(envelopeOf(topicOf(channel)), payload, receivers, contentOf(channel, payload));
};

/** Of a receiver that takes only what differs. */
export const changesOnly = (deadband?: Deadband, sent = new Map<string, LastSent>()): ChangesOnly => ({
  deadband,
  sent,
});

export const report = (attributes: unknown, ...to: ReturnType<typeof receiver>[]) =>
  send('attributes', JSON.stringify(attributes), ...to);
