import type { Packet } from 'mqtt-packet';
import { type Message, secondsLeft } from './messages';
import type { BrokerSettings } from './settings';
import type { Subscriber, Subscription } from './subscriptions';

/** The connection that a session has at the moment. */
export interface Link {
  /** Unacknowledged messages that it takes at once. */
  readonly window: number;
  /** `false`: larger than what the client takes, and so not sent. */
  send(packet: Packet): boolean;
}

/** A message on its way to one client. */
interface Delivery {
  message: Message;
  qos: 0 | 1 | 2;
  retain: boolean;
  identifier?: number;
  /** PUBREC has come: PUBREL is what the client waits for. */
  released?: boolean;
}

/** What of a client outlives its connections: subscriptions, messages in flight, and the queue behind them. */
export class Session implements Subscriber {
  /** By name, `$share/<group>/` included. */
  readonly subscriptions = new Map<string, Subscription>();
  /** Packet ids of QoS 2 messages from the client that wait for PUBREL. */
  readonly incoming = new Set<number>();
  /** Seconds that it outlives its connection. */
  expiry = 0;
  private link: Link | undefined;
  private readonly queue: Delivery[] = [];
  private readonly inflight = new Map<number, Delivery>();
  private lastId = 0;

  constructor(
    readonly id: string,
    private readonly settings: BrokerSettings,
  ) {}

  /** Sends again what was in flight, then what has waited. */
  attach(link: Link): void {
    this.link = link;
    for (const [id, delivery] of this.inflight) {
      if (delivery.released) link.send({ cmd: 'pubrel', messageId: id });
      else if (!link.send(publishOf(delivery, id, true))) this.inflight.delete(id);
    }
    this.advance();
  }

  detach(): void {
    this.link = undefined;
  }

  deliver(message: Message, { qos, retainAsPublished, identifier }: Subscription, retained = false): void {
    const delivery: Delivery = {
      message,
      qos: message.qos < qos ? message.qos : qos,
      retain: retained || (retainAsPublished && message.retain),
      ...(identifier !== undefined && { identifier }),
    };
    // QoS 0 to a client that is there has no window, and so no place in the queue.
    if (this.link && (delivery.qos === 0 || this.room)) this.send(this.link, delivery);
    else {
      this.queue.push(delivery);
      if (this.queue.length > this.settings.maxQueue) this.queue.shift();
    }
  }

  /** PUBACK or PUBCOMP, or a PUBREC that refuses: the next one may go. */
  settled(id: number): void {
    if (this.inflight.delete(id)) this.advance();
  }

  /** PUBREC; `false`: of a packet that is not in flight. */
  received(id: number): boolean {
    const delivery = this.inflight.get(id);
    if (delivery) delivery.released = true;
    return delivery !== undefined;
  }

  private get room(): boolean {
    const window = Math.min(this.link?.window ?? 0, this.settings.maxInflight);
    return this.inflight.size < window;
  }

  private advance(): void {
    while (this.link && (this.room || this.queue[0]?.qos === 0)) {
      const next = this.queue.shift();
      if (!next) return;
      this.send(this.link, next);
    }
  }

  private send(link: Link, delivery: Delivery): void {
    if (secondsLeft(delivery.message) === 0) return;
    if (delivery.qos === 0) {
      link.send(publishOf(delivery));
      return;
    }
    const id = this.freeId();
    if (link.send(publishOf(delivery, id))) this.inflight.set(id, delivery);
  }

  private freeId(): number {
    do this.lastId = (this.lastId % 65_535) + 1;
    while (this.inflight.has(this.lastId));
    return this.lastId;
  }
}

function publishOf({ message, qos, retain, identifier }: Delivery, messageId?: number, dup = false): Packet {
  const seconds = secondsLeft(message);
  return {
    cmd: 'publish',
    topic: message.topic,
    payload: message.payload,
    qos,
    retain,
    dup,
    ...(messageId !== undefined && { messageId }),
    properties: {
      ...message.properties,
      ...(seconds !== undefined && { messageExpiryInterval: seconds }),
      ...(identifier !== undefined && { subscriptionIdentifier: identifier }),
    },
  };
}
