import type { Duplex } from 'node:stream';
import type { Aedes, Client } from 'aedes';
import { createSharedSubscriptions } from './shared-subscriptions';
import { throughWire } from './wire';

/** What one side of the platform allows, and what it does with what it gets. */
export interface Rules {
  login(username: string, password: string): boolean;
  mayPublish(username: string, topic: string): boolean;
  maySubscribe(username: string, filter: string): boolean;
  /** A message that was allowed. It goes no further by itself. */
  received(username: string, topic: string, payload: Buffer): void;
  connected?(username: string): void;
  disconnected?(username: string): void;
}

/**
 * An Aedes that behaves as the platform's EMQX does. Not the same: of overlapping filters of one client, Aedes
 * delivers one copy where EMQX delivers one for each; nothing is retained; and the Receive Maximum is advertised
 * but not enforced in either direction.
 */
export interface Broker {
  aedes: Aedes;
  /** Those connected at the moment. */
  clients: ReadonlySet<Client>;
  handle(socket: Duplex): void;
  publish(topic: string, payload: Buffer, qos: 0 | 1): void;
  close(): Promise<void>;
}

const INBOX = '$inbox/';
const REFUSED = '$refused';

export async function createBroker(rules: Rules): Promise<Broker> {
  const { Aedes } = await import('aedes');
  const users = new WeakMap<Client, string>();
  const clients = new Set<Client>();
  const shared = createSharedSubscriptions();
  const userOf = (client: Client | null): string => (client && users.get(client)) ?? '';

  const aedes = await Aedes.createBroker({
    // As EMQX advertises by default.
    receiveMaximum: 32,
    maximumPacketSize: 1_048_576,
    topicAliasMaximum: 65_535,
    // A client that stops reading holds everyone up until it is disconnected.
    drainTimeout: 10_000,

    authenticate(client, username = '', password, done) {
      if (!rules.login(username, password?.toString() ?? '')) {
        const error = Object.assign(new Error('bad user name or password'), { returnCode: 4 as const });
        return done(error, false);
      }
      users.set(client, username);
      return done(null, true);
    },

    authorizePublish(client, packet, done) {
      const allowed = rules.mayPublish(userOf(client), packet.topic);
      // Aedes answers an error with 0x87 in MQTT 5, but ends the connection in 3.1.1, where EMQX acknowledges.
      if (!allowed && client?.version === 5) return done(new Error('Not authorized'));
      packet.topic = allowed ? INBOX + packet.topic : REFUSED;
      packet.retain = false;
      return done();
    },

    authorizeSubscribe(client, subscription, done) {
      const share = shared.parse(subscription.topic);
      const allowed = rules.maySubscribe(userOf(client), share?.filter ?? subscription.topic);
      if (allowed && share) shared.join(share, client);
      // Aedes stores all filters of the SUBSCRIBE with a persistent session, also those refused, and would queue
      // messages for them: hence another topic, set before the first of them is stored.
      if (!allowed) subscription.topic = REFUSED;
      setImmediate(() => done(null, allowed ? subscription : null));
    },

    authorizeForward(_client, packet) {
      packet.topic = shared.parse(packet.topic)?.filter ?? packet.topic;
      return packet;
    },
  });

  aedes.on('client', (client) => {
    clients.add(client);
    shared.begun(client);
  });
  aedes.on('clientReady', (client) => {
    if (clients.has(client)) rules.connected?.(userOf(client));
  });
  aedes.on('clientDisconnect', (client) => {
    if (client.clean) shared.ended(client);
    if (clients.delete(client)) rules.disconnected?.(userOf(client));
  });
  aedes.on('sessionExpired', (client) => shared.ended(client));
  aedes.on('unsubscribe', (topics) => {
    for (const topic of topics) {
      const share = shared.parse(topic);
      if (share) shared.leave(share);
    }
  });
  aedes.on('publish', (packet, client) => {
    if (!packet.topic.startsWith(INBOX)) return;
    rules.received(userOf(client), packet.topic.slice(INBOX.length), Buffer.from(packet.payload));
  });

  return {
    aedes,
    clients,
    handle: (socket) => void aedes.handle(throughWire(socket, shared.own)),
    publish(topic, payload, qos) {
      for (const target of [topic, ...shared.targets(topic)]) {
        aedes.publish({ cmd: 'publish', topic: target, payload, qos, retain: false, dup: false }, (error) => {
          if (error && !aedes.closed) aedes.emit('error', error);
        });
      }
    },
    close: () => new Promise((resolve) => aedes.close(resolve)),
  };
}
