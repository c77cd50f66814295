import type { Client } from './client';
import type { Message } from './messages';
import type { RetainedMessages } from './retained';
import type { Sessions } from './sessions';
import type { BrokerSettings } from './settings';
import type { Match, Subscriptions } from './subscriptions';

/** `unknown`: there is no such username; `wrong`: another password. */
export type Login = 'welcome' | 'unknown' | 'wrong';

/** What one side of the platform allows, and what it does with what it gets. */
export interface Rules {
  login(username: string, password: string): Login;
  mayPublish(username: string, topic: string): boolean;
  maySubscribe(username: string, filter: string): boolean;
  /** Whether the platform itself has subscribed to the topic. */
  listens(topic: string): boolean;
  /** A message that was allowed, and that the platform listens to. Subscribers have got theirs. */
  received(username: string, topic: string, payload: Buffer): void;
  connected?(username: string): void;
  disconnected?(username: string): void;
}

/** What the connections of a broker share. */
export interface Core {
  readonly settings: BrokerSettings;
  readonly rules: Rules;
  readonly subscriptions: Subscriptions;
  readonly retained: RetainedMessages;
  readonly sessions: Sessions;
  /** The connected client of that id. */
  connected(id: string): Client | undefined;
  arrived(client: Client): void;
  left(client: Client): void;
  subscribed(client: Client): void;
  /** Hands a message out, and keeps it if it is to be retained; `matches`: of `subscriptions.deal`. */
  route(message: Message, matches: readonly Match[]): void;
}
