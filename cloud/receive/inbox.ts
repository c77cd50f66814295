import type { Devices } from '../devices/device-memory';
import type { Topic } from '../protocol/topics';
import { isSharedIdentifier } from '../subscriptions/filters';
import type { Router } from '../subscriptions/router';
import type { Subscriptions } from '../subscriptions/subscriptions';
import type { Connection, Received } from '../transport/connection-api';
import { createBacklog } from './backlog';
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
  /** Flows are being deployed: nobody may be there to take a message. */
  paused(): boolean;
  /** Something of ours or of a flow's threw while a message was handed over. */
  onError(error: unknown): void;
}

/** From the broker to whoever wants it, acknowledged once it has been handed over. */
export interface Inbox {
  readonly counters: Readonly<InboxCounters>;
  receive(connection: Connection, received: Received): void;
  /** Messages may have come that nobody has read yet, behind those that are kept while paused. */
  readonly holdsBack: boolean;
  /** Hands over what was kept while paused. */
  catchUp(): void;
  /** From now on nothing is taken or acknowledged, what is kept back neither: a persistent session brings QoS 1 again. */
  close(): void;
}

interface Incoming {
  connection: Connection;
  received: Received;
  topic: Topic;
  /** Time of receipt, milliseconds since the epoch. */
  timestamp: number;
  /** A command reply, and the commands have had it already. */
  answered: boolean;
}

export function createInbox(options: InboxOptions): Inbox {
  const { parse, router, subscriptions, devices, ownPushes, replies, grouped, paused, onError } = options;
  const counters: InboxCounters = {
    received: 0,
    delivered: 0,
    ignored: 0,
    malformed: 0,
    surplus: 0,
  };
  const backlog = createBacklog<Incoming>();
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

  function handOver(incoming: Incoming) {
    const { connection, received } = incoming;
    dispatch(incoming, receiversOf(incoming));
    // QoS 0 is not acknowledged: to keep it until the end of the turn would only cost memory.
    if (received.qos > 0 && handedOver.push([connection, received]) === 1) setImmediate(acknowledge);
  }

  /**
   * Tells the broker what the flow has got. When flows begin to stop in the same turn, their nodes may be gone
   * before they get it: then this waits until they are back, and for ever if the connection ends, so that the
   * broker sends it again.
   */
  function acknowledge() {
    if (paused()) return;
    for (const [connection, received] of handedOver) connection.acknowledge(received);
    handedOver = [];
  }

  function dispatch(incoming: Incoming, receivers: readonly Receiver[]) {
    const { received, topic, timestamp } = incoming;
    try {
      const envelope = envelopeOf(incoming);
      const findOwn = topic.channel === 'attributes' ? ownPushes.of(topic.device) : undefined;
      const delivery = deliver(envelope, received.payload, receivers, findOwn);
      const { delivered, malformed, payload, errors } = delivery;
      counters.delivered += delivered;
      if (malformed) counters.malformed += 1;
      devices.see(topic, payload, timestamp);
      errors.forEach(onError);
    } catch (error) {
      onError(error);
    }
  }

  function receiversOf(incoming: Incoming): Receiver[] {
    const { topic, received } = incoming;
    const receivers: Receiver[] = [];
    const waiting = waitingFor(incoming);
    if (waiting) receivers.push(waiting);
    // With a group two copies may come: one of the group's, one for those that need their own.
    if (!grouped || received.identifiers.length === 0 || isShared(received)) {
      router.match(topic, ({ receiver }) => {
        if (receiver) receivers.push(receiver);
      });
    }
    return receivers;
  }

  const isShared = ({ identifiers }: Received) => grouped && identifiers.some(isSharedIdentifier);

  /** Who takes it as the reply to a command. */
  function waitingFor({ topic, received, answered }: Incoming): Receiver | undefined {
    if (topic.channel !== 'command_reply' || answered || isShared(received)) return undefined;
    return replies();
  }

  /** A command is told at once: its time runs on. The flow gets the message when there is one again. */
  function answer(incoming: Incoming) {
    const waiting = waitingFor(incoming);
    if (!waiting) return;
    incoming.answered = true;
    const { errors } = deliver(envelopeOf(incoming), incoming.received.payload, [waiting]);
    errors.forEach(onError);
  }

  function keep(incoming: Incoming) {
    answer(incoming);
    backlog.add(incoming);
  }

  function catchUp() {
    acknowledge();
    for (const incoming of backlog.take()) {
      if (paused())
        keep(incoming); // again, by what a flow did
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
      const topic = sift(received);
      if (!topic) {
        connection.acknowledge(received);
        return;
      }
      const incoming = { connection, received, topic, timestamp: Date.now(), answered: false };
      if (paused()) keep(incoming);
      else handOver(incoming);
    },
    catchUp,
    close() {
      closed = true;
      backlog.take();
    },
  };
}

function envelopeOf({ received, topic, timestamp }: Incoming): Envelope {
  const envelope: Envelope = {
    topic: received.topic,
    device: topic.device,
    timestamp,
    qos: received.qos,
    retain: received.retain,
    type: topic.channel,
  };
  if (topic.stream !== undefined) envelope.stream = topic.stream;
  return envelope;
}
