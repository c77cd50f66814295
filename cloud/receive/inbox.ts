import type { LearningMemory } from '../devices/device-memory';
import type { Aliases } from '../protocol/aliases';
import { EztError } from '../protocol/errors';
import type { Topic } from '../protocol/topics';
import type { Receiver } from '../subscriptions/listener';
import type { Router } from '../subscriptions/router';
import type { Subscriptions } from '../subscriptions/subscriptions';
import type { Connection } from '../transport/connection';
import type { Received } from '../transport/publish-packets';
import { createBacklog } from './backlog';
import { contentOf, deliver } from './delivery';
import { envelopeOf, type Incoming, isFromDevice } from './incoming';
import { tellObservers } from './observers';
import type { OwnPushes } from './own-pushes';
import type { NotedMessages } from './recent-messages';
import { findTakers, type Takers } from './takers';

/** What has come in, counted since the client began. */
export interface InboxCounters {
  received: number;
  /** Messages handed to receivers: one received message may go to many, or to none. */
  delivered: number;
  /** Received on a topic that is none of the platform's. */
  ignored: number;
  malformed: number;
  /** Second copies that came while one filter replaced another. */
  duplicates: number;
}

export interface InboxOptions {
  /** The project's label. */
  project: string;
  /** Gives the aliases of devices; nothing: no device has one. */
  names?(): Aliases['nameOf'] | undefined;
  parse(topic: string): Topic | undefined;
  router: Router;
  subscriptions: Pick<Subscriptions, 'isDuplicate'>;
  memory: Pick<LearningMemory, 'learn'>;
  recent: Pick<NotedMessages, 'note'>;
  ownPushes: Pick<OwnPushes, 'of'>;
  /** Takes command replies; `undefined` while no command awaits one. */
  replies(): Receiver | undefined;
  /** Whether the project uses a shared-subscription group. */
  grouped: boolean;
  /** Whether flows are being deployed: the nodes that take messages may not be there. */
  paused(): boolean;
  /** Something threw while a message was handed over. */
  onError(error: unknown): void;
}

/** Hands each received message to those who want it, and acknowledges it afterwards. */
export interface Inbox {
  readonly counters: Readonly<InboxCounters>;
  receive(connection: Connection, received: Received): void;
  /** Whether messages may be held back behind those that wait while paused; see {@link Backlog.holdsBack}. */
  readonly holdsBack: boolean;
  /** Hands over the messages that came while paused. */
  catchUp(): void;
  /** Ignores all messages from now on, also those that wait. The broker sends unacknowledged ones again if the session persists. */
  close(): void;
}

export function createInbox(options: InboxOptions): Inbox {
  const {
    project,
    parse,
    router,
    subscriptions,
    memory,
    recent,
    ownPushes,
    replies,
    grouped,
    paused,
    onError,
  } = options;
  const counters: InboxCounters = { received: 0, delivered: 0, ignored: 0, malformed: 0, duplicates: 0 };
  const { takersOf, waitingFor, isForGroup } = findTakers(router, grouped, replies);
  const backlog = createBacklog<Incoming>();
  /** Handed over in this turn of the event loop. Flows get their messages at its end, so they are acknowledged after it. */
  let handedOver: [Incoming, readonly Receiver[]][] = [];
  let closed = false;

  /** The topic of a message that somebody may want; `undefined` for one to ignore. */
  function topicOf(received: Received): Topic | undefined {
    const topic = parse(received.topic);
    if (!topic) {
      counters.ignored += 1;
    } else if (subscriptions.isDuplicate(received, topic)) {
      counters.duplicates += 1;
      return undefined;
    }
    return topic;
  }

  function handOver(incoming: Incoming) {
    const takers = takersOf(incoming);
    dispatch(incoming, takers);
    // QoS 0 is not acknowledged.
    if (incoming.received.qos > 0 && handedOver.push([incoming, takers.receivers]) === 1)
      setImmediate(acknowledge);
  }

  /**
   * Acknowledges what was handed over. If flows begin to stop in the same turn, nodes may have closed before they got
   * their messages. Then this waits for the end of the deploy; if the connection ends first, the broker sends the
   * messages again.
   */
  function acknowledge() {
    if (paused()) return;
    for (const [{ connection, received }] of handedOver) connection.acknowledge(received);
    handedOver = [];
  }

  function dispatch(incoming: Incoming, { receivers, observers, learns }: Takers) {
    const { received, topic, timestamp } = incoming;
    const { device, channel } = topic;
    try {
      const content = contentOf(channel, received.payload, findOwn(incoming));
      const payload =
        content.decoded && !(content.decoded instanceof EztError) ? content.decoded.payload : undefined;
      const alive = !received.retain && !content.own && isFromDevice(topic, payload);
      // Before the flows get it: they may change it.
      if (learns) learn(topic, channel === 'data' ? received.payload : payload, timestamp, alive);
      tellObservers(observers, { device, channel, payload, timestamp, alive }, onError);
      const envelope = envelopeOf(incoming, project, options.names?.());
      const delivery = deliver(envelope, received.payload, receivers, content);
      counters.delivered += delivery.delivered;
      if (delivery.malformed) counters.malformed += 1;
      delivery.errors.forEach(onError);
      if (learns) recent.note(received, topic, timestamp, content.own !== undefined);
    } catch (error) {
      onError(error);
    }
  }

  /** Whatever goes wrong in the memory, flows get the message. */
  function learn(topic: Topic, payload: unknown, timestamp: number, alive: boolean) {
    try {
      memory.learn(topic, payload, timestamp, alive);
    } catch (error) {
      onError(error);
    }
  }

  const findOwn = (incoming: Incoming) =>
    incoming.topic.channel === 'attributes'
      ? ownPushes.of(incoming.topic.device, !isForGroup(incoming))
      : undefined;

  /** A reply is given to its command at once, since its timeout runs. Flows get the message after the deploy. */
  function answer(incoming: Incoming) {
    const waiting = waitingFor(incoming);
    if (!waiting) return;
    incoming.answered = true;
    const { payload } = incoming.received;
    const content = contentOf('command_reply', payload);
    const { errors } = deliver(envelopeOf(incoming, project), payload, [waiting], content);
    errors.forEach(onError);
  }

  function wait(incoming: Incoming) {
    answer(incoming);
    backlog.add(incoming);
  }

  function catchUp() {
    acknowledge();
    for (const incoming of backlog.take()) {
      if (paused())
        wait(incoming); // a flow has caused another pause
      else handOver(incoming);
    }
    backlog.readOn();
  }

  return {
    counters,
    get holdsBack() {
      return backlog.holdsBack;
    },
    receive(connection, received) {
      if (closed) return;
      counters.received += 1;
      const topic = topicOf(received);
      if (!topic) {
        connection.acknowledge(received);
        return;
      }
      const incoming = { connection, received, topic, timestamp: Date.now(), answered: false };
      if (paused()) wait(incoming);
      else handOver(incoming);
    },
    catchUp,
    close() {
      closed = true;
      backlog.take();
      // Nodes may have closed before they got these. They come again, and must then differ from what was sent last.
      for (const [{ topic }, receivers] of handedOver)
        for (const { changes } of receivers) changes?.sent.delete(topic.device);
      handedOver = [];
    },
  };
}
