import type { Qos } from '../../../cloud/protocol/topics';
import { type Channel, formatTopic, type Topic, topicParser } from '../../../cloud/protocol/topics';
import type { Offer } from '../../../cloud/subscriptions/batches';
import { subscriptionIdentifier } from '../../../cloud/subscriptions/filters';
import type { Listener } from '../../../cloud/subscriptions/listener';
import { createRouter } from '../../../cloud/subscriptions/router';
import { createSubscriptions } from '../../../cloud/subscriptions/subscriptions';
import type { Connection } from '../../../cloud/transport/connection';
import type { Received } from '../../../cloud/transport/publish-packets';
import { turn } from '../send/settling';
import { matches } from './matcher';

export const KEY = 'PR_1';

/** What a broker of MQTT 5 offers when it says nothing. */
export const EVERYTHING: Offer = {
  subscriptionIdentifiers: true,
  sharedSubscriptions: true,
  wildcardSubscriptions: true,
  maximumPacketSize: 1_000_000,
};

/**
 * A broker that knows filters only: it grants what it does not refuse, at once or when it is let, and unsubscribes
 * what it does not keep.
 */
export function createBroker({
  refuses = new Set<string>(),
  keeps = new Set<string>(),
  grants = 2 as Qos,
} = {}) {
  /** What was asked, in order, e.g. `+DU_1/alarm` and `-DU_1/alarm`; one list per packet. */
  const packets: string[][] = [];
  const held = new Map<string, number | undefined>();
  let waiting: (() => void)[] | undefined;
  const name = (filter: string) => filter.replace(`open/${KEY}/`, '');

  const connection: Connection = {
    publish: () => undefined,
    acknowledge: () => undefined,
    pauseReading: () => undefined,
    resumeReading: () => undefined,
    close: () => Promise.resolve(),
    subscribe(filters, identifier, answered) {
      packets.push(filters.map(([filter, qos]) => `+${name(filter)} ${qos}`));
      return answer(() => {
        const codes = filters.map(([filter, qos]) => {
          if (refuses.has(name(filter))) return 0x87;
          held.set(filter, identifier);
          return Math.min(qos, grants);
        });
        answered?.(codes);
        return codes;
      });
    },
    unsubscribe(filters) {
      packets.push(filters.map((filter) => `-${name(filter)}`));
      return answer(() => {
        return filters.map((filter) => {
          if (keeps.has(name(filter))) return 0x83;
          return held.delete(filter) ? 0 : 0x11;
        });
      });
    },
  };

  function answer<T>(give: () => T): Promise<T> {
    if (!waiting) return Promise.resolve(give());
    const queue = waiting;
    return new Promise((resolve) => queue.push(() => resolve(give())));
  }

  return {
    connection,
    packets,
    held,
    refuses,
    keeps,
    /** From now on answers wait. */
    hesitate() {
      waiting ??= [];
    },
    /** Gives `n` waiting answers, all by default, and lets them take effect. */
    async answer(n = Number.POSITIVE_INFINITY) {
      for (const give of waiting?.splice(0, n) ?? []) give();
      await turn();
    },
    /** Gives one answer, and nothing that hangs on its promise has happened yet. */
    answerOnly: () => waiting?.shift()?.(),
    /** The copies that the broker sends of a message: one for each filter that matches. */
    copies(topic: string, text: string): Received[] {
      return [...held]
        .filter(([filter]) => matches(filter, topic))
        .map(([, identifier]) => copy(topic, text, identifier === undefined ? [] : [identifier]));
    },
  };
}

export type Broker = ReturnType<typeof createBroker>;

/** A received copy that came by filters with these identifiers. */
export const copy = (topic: string, text: string, identifiers: number[]): Received => ({
  topic,
  payload: Buffer.from(text),
  qos: 1,
  retain: false,
  identifiers,
  packetId: 1,
});

export const identifierOf = (pattern: string) => subscriptionIdentifier(pattern, false);

/** Subscriptions of one project, with its listeners. */
export function createProject(group = '') {
  const router = createRouter(KEY, group);
  const parse = topicParser(KEY);
  let changes = 0;
  const subscriptions = createSubscriptions(router, () => {
    changes += 1;
  });
  return {
    router,
    subscriptions,
    changes: () => changes,
    /** A new listener for what `device` (`+`: every device) sends on `channel`. */
    want(device: string, channel: Channel = 'alarm', qos: Qos = 1, streams: string[] = []): Listener {
      const devices = device === '+' ? [] : [device];
      const listener: Listener = { devices, channels: [channel], streams, qos, unshared: false };
      router.add(listener);
      return listener;
    },
    /** How many of the copies that `broker` sends of a message get through. */
    hears(broker: Broker, topic: Topic, text = '{}'): number {
      const path = formatTopic(KEY, topic.device, topic.channel, topic.stream);
      return broker.copies(path, text).filter((received) => {
        const parsed = parse(received.topic);
        return parsed && !subscriptions.isDuplicate(received, parsed);
      }).length;
    },
  };
}
