import type { Aliases } from './protocol/aliases';
import type { EztError } from './protocol/errors';
import type { Qos } from './protocol/topics';
import type { InboxCounters } from './receive/inbox';
import type { DiskOptions } from './send/open-outbox';
import type { OutboxOptions } from './send/outbox';
import type { OutboxCounters } from './send/pending-messages';
import type { ReconnectOptions } from './transport/reconnect';

export interface ClientOptions extends Omit<ReconnectOptions, 'connectTimeout' | 'receiveMaximum'> {
  /** What messages call the project. */
  project?: string;
  /** What people call its devices; nothing by default. */
  aliases?: Aliases;
  /** Shared-subscription group; empty for none. */
  group: string;
  queue: OutboxOptions;
  /** How many commands to lists of devices may be in flight at a time; 200 by default. */
  commandsInFlight?: number;
  /** Where messages and the session are stored over a restart; without it they are not. */
  disk?: DiskOptions;
  /** Something threw while a message or a change was handed over. */
  onError(error: unknown): void;
  /** The broker does less than was asked for. Each warning comes once. */
  onWarning?(warning: EztError): void;
  /** Milliseconds between attempts to subscribe to refused filters; 30 s by default. */
  retryRefused?: number;
}

/** Counted since the client was opened. */
export interface Counters extends InboxCounters, OutboxCounters {
  /** Acknowledged, but nobody at the platform subscribes to it. */
  noSubscribers: number;
  /** Command replies that answered no command: late, duplicated or somebody else's. */
  unmatchedReplies: number;
  connections: number;
}

/** What a client holds at the moment. */
export interface Details extends Pending {
  /** Topic filters that the broker has granted, with their QoS. */
  filters: Record<string, Qos>;
  /** Topic filters that it has refused, with the reason code, e.g. `0x87`. */
  refused: Record<string, string>;
}

/** How much has been accepted and not settled. */
export interface Pending {
  /** Messages that the broker has not acknowledged. */
  queued: number;
  /** Commands that await their reply or their turn. */
  commands: number;
  /** Commands that are held for devices that are offline. */
  held: number;
}
