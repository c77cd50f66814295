import type { OutboxConnection } from '../../../cloud/send/refusal';
import type { Outgoing } from '../../../cloud/transport/publish-packets';

/** A message that was published; `settle` is the broker's answer. */
export interface Sent {
  topic: string;
  settle(refused?: number): void;
}

export interface FakeConnection extends OutboxConnection {
  /** Topics in the order sent. */
  sent: string[];
  /** Oldest first. */
  unanswered: Sent[];
  /** Acknowledges the oldest `n`; 1 by default. */
  acknowledge(n?: number): void;
}

/** A connection that keeps what it is given until a test answers. */
export function fakeConnection(receiveMaximum = 65_535, maximumPacketSize = 1_000_000): FakeConnection {
  const sent: string[] = [];
  const unanswered: Sent[] = [];
  return {
    receiveMaximum,
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
    sent,
    unanswered,
    acknowledge(n = 1) {
      for (const entry of unanswered.slice(0, n)) entry.settle();
    },
  };
}

/** QoS 1 messages of these topics. */
export const messages = (...topics: (string | number)[]): Outgoing[] =>
  topics.map((topic) => ({ topic: String(topic), payload: Buffer.from('{}'), qos: 1 }));
