import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import { Client } from './mqtt/client';
import type { Core, Rules } from './mqtt/core';
import type { Message } from './mqtt/messages';
import { REASON } from './mqtt/reason-codes';
import { RetainedMessages } from './mqtt/retained';
import { Sessions } from './mqtt/sessions';
import { type BrokerSettings, EMQX_DEFAULTS } from './mqtt/settings';
import { Subscriptions } from './mqtt/subscriptions';

export type { Login, Rules } from './mqtt/core';

/**
 * A broker that does what a real EMQX 5.8.9 was seen to do; test/conformance holds each point. Sessions and retained
 * messages are in memory.
 */
export interface Broker {
  /** May be changed at any time: what is changed holds from the next packet, connections stay. */
  readonly settings: BrokerSettings;
  /** Those connected at the moment. */
  readonly clients: ReadonlySet<Client>;
  /** `subscribed` (Client): a SUBSCRIBE was answered. */
  readonly events: EventEmitter;
  handle(socket: Duplex): void;
  /** A message of the platform's own. */
  publish(topic: string, payload: Buffer, qos: 0 | 1): void;
  /** As an administrator does: the client's connection ends, and its session. */
  kick(clientId: string): void;
  /** Ends all connections; resolves when they have ended. */
  close(): Promise<void>;
}

export function createBroker(rules: Rules, options: Partial<BrokerSettings> = {}): Broker {
  const settings: BrokerSettings = { ...EMQX_DEFAULTS, ...options };
  const subscriptions = new Subscriptions();
  const sessions = new Sessions(settings, subscriptions);
  const retained = new RetainedMessages();
  const byId = new Map<string, Client>();
  const clients = new Set<Client>();
  const connections = new Set<Duplex>();
  const events = new EventEmitter();

  const core: Core = {
    settings,
    rules,
    subscriptions,
    retained,
    sessions,
    connected: (id) => byId.get(id),
    arrived(client) {
      byId.set(client.id, client);
      clients.add(client);
      rules.connected?.(client.username);
    },
    left(client) {
      if (byId.get(client.id) === client) byId.delete(client.id);
      clients.delete(client);
      rules.disconnected?.(client.username);
    },
    subscribed: (client) => void events.emit('subscribed', client),
    route(message, matches) {
      if (message.retain) retained.keep(message);
      for (const [subscriber, subscription] of matches) subscriber.deliver(message, subscription);
    },
  };

  return {
    settings,
    clients,
    events,
    handle(socket) {
      if (connections.size >= settings.maxConnections) {
        socket.destroy();
        return;
      }
      connections.add(socket);
      socket.on('close', () => connections.delete(socket));
      new Client(socket, core);
    },
    publish(topic, payload, qos) {
      const message: Message = { topic, payload, qos, retain: false };
      core.route(message, subscriptions.deal(topic));
    },
    kick(clientId) {
      const client = byId.get(clientId);
      if (client?.session) client.session.expiry = 0;
      client?.end(REASON.kicked);
    },
    async close() {
      const gone = [...connections].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
      for (const client of [...clients]) client.end(REASON.shuttingDown);
      sessions.close();
      await Promise.all(gone);
    },
  };
}
