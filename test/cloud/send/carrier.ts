import type { Carrier } from '../../../cloud/send/outbox-api';
import type { Outgoing } from '../../../cloud/transport/publish-packets';

/** A message that a link has taken; `settle` is the broker's answer. */
export interface Sent {
  topic: string;
  settle(refused?: number): void;
}

/** A link that keeps what it is given until it is told to answer; `refuse` and `acknowledge` answer the oldest. */
export function openLink(window = 65_535, maximumPacketSize = 1_000_000) {
  const sent: string[] = [];
  const unanswered: Sent[] = [];
  const carrier: Carrier = {
    window,
    maximumPacketSize,
    maximumQos: 2,
    publish(topic, _payload, qos, settled) {
      sent.push(topic);
      if (qos === 0) return settled();
      const entry: Sent = {
        topic,
        settle(refused) {
          if (unanswered.includes(entry)) unanswered.splice(unanswered.indexOf(entry), 1);
          settled(refused);
        },
      };
      unanswered.push(entry);
    },
  };
  return {
    carrier,
    /** Topics in the order sent. */
    sent,
    /** Oldest first. */
    unanswered,
    acknowledge(n = 1) {
      for (const entry of unanswered.slice(0, n)) entry.settle();
    },
  };
}

export type Link = ReturnType<typeof openLink>;

/** QoS 1 messages of these topics. */
export const messages = (...topics: (string | number)[]): Outgoing[] =>
  topics.map((topic) => ({ topic: String(topic), payload: Buffer.from('{}'), qos: 1 }));
