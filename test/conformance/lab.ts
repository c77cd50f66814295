import { randomBytes } from 'node:crypto';
import type { IConnectPacket, IPublishPacket, ISubscription, Packet } from 'mqtt-packet';
import type { BrokerSettings } from '../../emulator/mqtt/settings';
import type { NamedBroker } from '../support/named-broker';
import { RawClient, type Version } from './raw-client';

/** A broker that is asked. */
export interface Subject extends NamedBroker {
  name: string;
  /** What an administrator does; without it the rows that need one are left out. */
  admin?: { settings: BrokerSettings; kick(clientId: string): void };
}

/** One row: a request to the broker, and what a real EMQX 5.8.9 answered. */
export interface Row {
  request: string;
  emqx: string;
  /** Settings of the broker that it is about, by EMQX's names for them in `request`. */
  settings?: Partial<BrokerSettings>;
  /** Needs an administrator in another way. */
  admin?: true;
  /** Needs a platform behind the broker. */
  platform?: true;
  ask(lab: Lab): Promise<string>;
}

type Connect = Omit<Partial<IConnectPacket>, 'cmd'> & { version?: Version };

/** Clients of one row, with topics of its own. */
export class Lab {
  /** A device that no other row uses. */
  readonly device = `DU_${randomBytes(5).toString('hex')}`;
  private readonly clients: RawClient[] = [];

  constructor(readonly subject: Subject) {}

  topic(suffix: string, device = this.device): string {
    return `open/${this.subject.key}/${device}/${suffix}`;
  }

  clientId(): string {
    return `conformance-${randomBytes(5).toString('hex')}`;
  }

  /** Sends CONNECT, as the application's user unless it says otherwise, and resolves with the answer. */
  async connect(
    { version = 5, ...packet }: Connect = {},
    endpoint = this.subject.endpoint,
  ): Promise<[RawClient, Packet | undefined]> {
    const client = await RawClient.open({ endpoint, ca: this.subject.ca }, version);
    this.clients.push(client);
    const connack = await client.ask({
      cmd: 'connect',
      protocolId: version === 3 ? 'MQIsdp' : 'MQTT',
      protocolVersion: version,
      clientId: this.clientId(),
      clean: true,
      keepalive: 60,
      username: this.subject.key,
      password: Buffer.from(this.subject.secret),
      ...packet,
    });
    return [client, connack];
  }

  /** A client that is in. */
  async client(connect?: Connect): Promise<RawClient> {
    return (await this.connect(connect))[0];
  }

  /** A connection that says nothing; closed with the others. */
  async silent(version?: Version): Promise<RawClient> {
    const client = await RawClient.open(this.subject, version);
    this.clients.push(client);
    return client;
  }

  async close(): Promise<void> {
    for (const client of this.clients) client.socket.destroy();
    await Promise.all(this.clients.map((client) => client.closed()));
  }
}

let lastId = 0;
const nextId = (): number => {
  lastId = (lastId % 60_000) + 1;
  return lastId;
};

/** SUBSCRIBE; filters alone are of QoS 1. */
export const subscribe = (
  filters: readonly (string | ISubscription)[],
  subscriptionIdentifier?: number,
): Packet => ({
  cmd: 'subscribe',
  messageId: nextId(),
  subscriptions: filters.map((filter) => (typeof filter === 'string' ? { topic: filter, qos: 1 } : filter)),
  ...(subscriptionIdentifier !== undefined && { properties: { subscriptionIdentifier } }),
});

export const publish = (
  topic: string,
  payload: string | Buffer = '{}',
  { qos = 1, retain = false }: { qos?: 0 | 1 | 2; retain?: boolean } = {},
): IPublishPacket => ({
  cmd: 'publish',
  topic,
  payload,
  qos,
  retain,
  dup: false,
  ...(qos > 0 && { messageId: nextId() }),
});

/** Publishes `{"n":1}` … to `topic`, at most `ahead` unacknowledged; resolves when all are acknowledged. */
export async function publishNumbers(
  client: RawClient,
  topic: string,
  count: number,
  qos: 0 | 1 = 1,
  ahead = 500,
): Promise<void> {
  for (let n = 1; n <= count; n += ahead) {
    const batch = Math.min(ahead, count - n + 1);
    for (let i = 0; i < batch; i += 1) client.send(publish(topic, String(n + i), { qos }));
    if (qos === 0) continue;
    for (let i = 0; i < batch; i += 1) await client.answer();
  }
  if (qos === 0) await client.caughtUp();
}

/** The numbers of the messages that came, in order. */
export const numbersOf = ({ messages }: RawClient): number[] =>
  messages.map(({ payload }) => Number(payload.toString()));
