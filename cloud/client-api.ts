import type { SeenDevice } from './devices/device-memory';
import type { Command } from './protocol/encoding';
import type { EztError } from './protocol/errors';
import type { Qos } from './protocol/topics';
import type { InboxCounters } from './receive/inbox';
import type { Answer } from './send/commands';
import type { DiskOptions } from './send/open-outbox';
import type { OutboxCounters, OutboxOptions } from './send/outbox-api';
import type { Listener } from './subscriptions/listener';
import type { ReconnectOptions, State } from './transport/reconnect';

export interface ClientOptions extends Omit<ReconnectOptions, 'connectTimeout' | 'receiveMaximum'> {
  /** Shared-subscription group; empty for none. */
  group: string;
  queue: OutboxOptions;
  /** Where what must survive a restart is kept; without it nothing is. */
  disk?: DiskOptions;
  /** Something of ours or of a flow's threw while a message or a change was handed over. */
  onError(error: unknown): void;
  /** The broker does less than was asked of it; each is said once. */
  onWarning?(warning: EztError): void;
  /** Milliseconds until refused filters are asked for again; but for tests 30 s. */
  retryRefused?: number;
}

/** Counted since the client began. */
export interface Counters extends InboxCounters, OutboxCounters {
  /** Acknowledged, but nobody at the platform subscribes to it. */
  noSubscribers: number;
  /** Command replies that no command awaited: late, doubled or foreign. */
  unmatchedReplies: number;
  connections: number;
}

export interface RequestOptions {
  qos: Qos;
  /** Milliseconds from the broker's acknowledgement to the reply. */
  timeout: number;
  /** Listens for the replies of the device. */
  listener: Listener;
  owner: object;
}

/** A project, through its one connection. */
export interface Client {
  readonly state: State;
  readonly counters: Counters;
  /** Filters held with their QoS, filters refused with the reason code, messages and commands on the way. */
  details(): {
    filters: Record<string, Qos>;
    refused: Record<string, string>;
    queued: number;
    commands: number;
  };
  devices(): SeenDevice[];
  /** Calls `listener` when the state or the subscriptions have changed; returns how to stop that. */
  onChange(listener: () => void): () => void;
  listen(listener: Listener): void;
  unlisten(listener: Listener): void;
  /** The broker's reason code for a part of what `listener` wants and does not get. */
  refusalOf(listener: Listener): number | undefined;
  /** Publishes `payload` as attributes of each device; settles as {@link Outbox.add}. `chased`: see {@link OwnPush}. */
  push(devices: readonly string[], payload: Buffer, qos: Qos, owner: object, chased?: number): Promise<void>;
  /** Sends a command; resolves when the broker has acknowledged it. Rejects as {@link Outbox.add}. */
  send(device: string, command: Command, qos: Qos, owner: object): Promise<void>;
  /**
   * Sends a command and awaits its reply. Rejects as {@link Outbox.add} and {@link Commands.request}, and with
   * `EZT_REFUSED` when the broker refuses the replies.
   */
  request(device: string, command: Command, options: RequestOptions): Promise<Answer>;
  /** The id of the next command to `device`, see {@link Commands.idFor}. */
  commandId(device: string, brought?: number): number;
  /** What `owner` has on the way: messages to the broker, and commands that await their reply. */
  pending(owner: object): { queued: number; commands: number };
  /** Settles what `owner` has on the way: messages within `timeout` ms, the rest at once with `EZT_CLOSED`. */
  release(owner: object, timeout: number): Promise<void>;
  /**
   * Keeps received messages and changes of subscriptions back while flows are deployed. Command replies reach who
   * waits for them all the same; beyond a bound nothing more is read from the socket.
   */
  pause(): void;
  resume(): void;
  /** Ends everything within 3 s. `endSession`: the broker forgets a persistent session. */
  close(endSession: boolean): Promise<void>;
}
