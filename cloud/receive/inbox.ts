import type { Devices } from '../devices/device-memory';
import type { Topic } from '../protocol/topics';
import { isSharedIdentifier } from '../subscriptions/filters';
import type { Router } from '../subscriptions/router';
import type { Subscriptions } from '../subscriptions/subscriptions';
import type { Connection, Received } from '../transport/connection-api';
import { deliver, type Envelope, type Listener, type Receiver } from './delivery';
import type { OwnPushes } from './own-pushes';

/** What has come in, counted since the client began. */
export interface InboxCounters {
  received: number;
  /** Handed to receivers: one received message may go to many, or to none. */
  delivered: number;
  /** Received on a topic that is not in the platform's table. */
  ignored: number;
  malformed: number;
  /** Second copies that came while filters changed places. */
  surplus: number;
  /** Received while flows were being deployed, beyond what can be kept. */
  dropped: number;
}

export interface InboxOptions {
  parse(topic: string): Topic | undefined;
  router: Router<Listener>;
  subscriptions: Pick<Subscriptions, 'isSurplus'>;
  devices: Devices;
  ownPushes: Pick<OwnPushes, 'of'>;
  /** Takes command replies, if anybody awaits one. */
  replies(): Receiver | undefined;
  /** Whether some filters are shared with other Node-REDs. */
  grouped: boolean;
  /** Something of ours or of a flow's threw while a message was handed over. */
  onError(error: unknown): void;
}

/** From the broker to whoever wants it, acknowledged once it has been handed over. */
export interface Inbox {
  readonly counters: Readonly<InboxCounters>;
  receive(connection: Connection, received: Received): void;
  /** Keeps messages back, for a few seconds at most: while flows are deployed nobody is there to take them. */
  pause(): void;
  resume(): void;
  /** From now on nothing is taken or acknowledged, what is kept back neither: a persistent session brings QoS 1 again. */
  close(): void;
}

const MAX_KEPT = 10_000;
/** Node-RED gives each node 15 s to close. */
const LONGEST_PAUSE = 20_000;

export function createInbox(options: InboxOptions): Inbox {
  const { parse, router, subscriptions, devices, ownPushes, replies, grouped, onError } = options;
  const counters: InboxCounters = {
    received: 0,
    delivered: 0,
    ignored: 0,
    malformed: 0,
    surplus: 0,
    dropped: 0,
  };
  let kept: [Connection, Received, Topic][] = [];
  let pauseTimer: NodeJS.Timeout | undefined;
  /** Handed over in this turn of the event loop; a flow gets its messages at the end of the turn. */
  let handedOver: [Connection, Received][] = [];
  let closed = false;

  /** The topic of a message that somebody may want. */
  function sift(received: Received): Topic | undefined {
    const topic = parse(received.topic);
    if (!topic) {
      counters.ignored += 1;
    } else if (subscriptions.isSurplus(received, topic)) {
      counters.surplus += 1;
      return undefined;
    }
    return topic;
  }

  function handOver(connection: Connection, received: Received, topic: Topic) {
    try {
      dispatch(received, topic);
    } catch (error) {
      onError(error);
    }
    // QoS 0 is not acknowledged: to keep it until the end of the turn would only cost memory.
    if (received.qos > 0 && handedOver.push([connection, received]) === 1) setImmediate(acknowledge);
  }

  /**
   * Tells the broker what the flow has got. When flows begin to stop in the same turn, their nodes may be gone
   * before they get it: then this waits until they are back, and for ever if the connection ends, so that the
   * broker sends it again.
   */
  function acknowledge() {
    if (pauseTimer) return;
    for (const [connection, received] of handedOver) connection.acknowledge(received);
    handedOver = [];
  }

  function dispatch(received: Received, topic: Topic) {
    const timestamp = Date.now();
    const receivers = receiversOf(topic, received);
    const envelope: Envelope = {
      topic: received.topic,
      device: topic.device,
      timestamp,
      qos: received.qos,
      retain: received.retain,
      type: topic.channel,
    };
    if (topic.stream !== undefined) envelope.stream = topic.stream;
    const findOwn = topic.channel === 'attributes' ? ownPushes.of(topic.device) : undefined;
    const { delivered, malformed, payload, errors } = deliver(envelope, received.payload, receivers, findOwn);
    counters.delivered += delivered;
    if (malformed) counters.malformed += 1;
    devices.see(topic, payload, timestamp);
    errors.forEach(onError);
  }

  function receiversOf(topic: Topic, { identifiers }: Received): Receiver[] {
    const receivers: Receiver[] = [];
    // With a group two copies may come: one of the group's, one for those that need their own.
    const shared = grouped && identifiers.some(isSharedIdentifier);
    const own = grouped && identifiers.length > 0 && !shared;
    if (topic.channel === 'command_reply' && !shared) {
      const waiting = replies();
      if (waiting) receivers.push(waiting);
    }
    if (!own) {
      router.match(topic, ({ receiver }) => {
        if (receiver) receivers.push(receiver);
      });
    }
    return receivers;
  }

  function resume() {
    clearTimeout(pauseTimer);
    pauseTimer = undefined;
    acknowledge();
    const messages = kept;
    kept = [];
    for (const message of messages) handOver(...message);
  }

  return {
    counters,
    receive(connection, received) {
      if (closed) return;
      counters.received += 1;
      const topic = sift(received);
      if (!topic) connection.acknowledge(received);
      else if (!pauseTimer) handOver(connection, received, topic);
      else if (kept.length < MAX_KEPT) kept.push([connection, received, topic]);
      else counters.dropped += 1;
    },
    pause() {
      pauseTimer ??= setTimeout(resume, LONGEST_PAUSE);
    },
    resume,
    close() {
      closed = true;
      clearTimeout(pauseTimer);
      kept = [];
    },
  };
}
