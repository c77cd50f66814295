import { join } from 'node:path';
import { type Answer, createCommands } from './commands';
import type { Connection } from './connection';
import type { Listener, Receiver } from './delivery';
import { createDevices, type SeenDevice } from './devices';
import { makeDurable } from './durable-outbox';
import { EztError } from './errors';
import type { Qos } from './filters';
import { createInbox, type InboxCounters } from './inbox';
import { type Keeper, type KeeperOptions, keepConnected, type State } from './keeper';
import { openMessageFiles } from './message-files';
import { type Command, type CommandReply, encodeCommand } from './messages';
import { createOutbox, type Outbox, type OutboxOptions } from './outbox';
import { formatCode } from './refusals';
import { createRouter } from './routing';
import { openSessionMemory } from './session-memory';
import { createSubscriptions } from './subscriptions';
import { formatTopic, isOutTopic, topicParser } from './topics';

export interface ClientOptions extends Omit<KeeperOptions, 'connectTimeout' | 'receiveMaximum'> {
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

export interface DiskOptions {
  directory: string;
  /** Whether messages are kept there until they are acknowledged; a persistent session's filters always are. */
  queue: boolean;
  /** Whoever used the directory before has let go of it. */
  free: Promise<unknown>;
}

/** Counted since the client began. */
export interface Counters extends InboxCounters {
  accepted: number;
  acknowledged: number;
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
  /** Publishes `payload` as attributes of each device; settles as {@link Outbox.add}. */
  push(devices: readonly string[], payload: Buffer, qos: Qos, owner: object): Promise<void>;
  /** Sends a command; resolves when the broker has acknowledged it. Rejects as {@link Outbox.add}. */
  send(device: string, command: Command, qos: Qos, owner: object): Promise<void>;
  /**
   * Sends a command and awaits its reply. Rejects as {@link Outbox.add} and {@link Commands.request}, and with
   * `EZT_REFUSED` when the broker refuses the replies.
   */
  request(device: string, command: Command, options: RequestOptions): Promise<Answer>;
  newCommandId(device: string): number;
  /** What `owner` has on the way: messages to the broker, and commands that await their reply. */
  pending(owner: object): { queued: number; commands: number };
  /** Settles what `owner` has on the way: messages within `timeout` ms, the rest at once with `EZT_CLOSED`. */
  release(owner: object, timeout: number): Promise<void>;
  /** Keeps received messages and changes of subscriptions back while flows are deployed. */
  pause(): void;
  resume(): void;
  /** Ends everything within 3 s. `endSession`: the broker forgets a persistent session. */
  close(endSession: boolean): Promise<void>;
}

const CONNECT_TIMEOUT = 15_000;
/** With MQTT 5 the broker keeps what is beyond it until we have dealt with these. */
const RECEIVE_MAXIMUM = 100;
const DRAIN_TIMEOUT = 1_500;
const RETRY_REFUSED = 30_000;

export function openClient(options: ClientOptions): Client {
  const { username: projectKey, group, onError } = options;
  const router = createRouter<Listener>(projectKey, group);
  const commands = createCommands();
  const memory = options.clean ? undefined : openSessionMemory(options.disk?.directory, options.clientId);
  const outbox = openOutbox(options);
  const devices = createDevices();
  const subscriptions = createSubscriptions(router, subscriptionsChanged, (filter, granted, asked) =>
    warn('lowerQos', { filter, granted, asked }),
  );
  const warned = new Set<string>();
  const watchers = new Set<() => void>();
  const counted = { accepted: 0, acknowledged: 0, noSubscribers: 0, unmatchedReplies: 0, connections: 0 };
  let connection: Connection | undefined;
  let outdated = false; // the subscriptions
  let paused = false;
  /** Gone while flows were deployed: perhaps only to come back, so what they listened to is kept until the end. */
  const departed = new Set<Listener>();

  const replies: Receiver = {
    attributes: [],
    methods: [],
    dataFormat: 'json',
    output: 'message',
    onMessage({ device, payload }) {
      if (!commands.offer(device, payload as CommandReply)) counted.unmatchedReplies += 1;
    },
    onMalformed: () => undefined, // counted; whoever listens is told
  };
  const inbox = createInbox({
    parse: topicParser(projectKey),
    router,
    subscriptions,
    devices,
    replies: () => (commands.size() > 0 ? replies : undefined),
    grouped: group !== '',
    onError,
  });

  function changed() {
    for (const watcher of watchers) {
      try {
        watcher();
      } catch (error) {
        onError(error);
      }
    }
  }

  function warn(...about: ConstructorParameters<typeof EztError>) {
    const warning = new EztError(...about);
    if (!warned.has(warning.message)) options.onWarning?.(warning);
    warned.add(warning.message);
  }

  function subscriptionsChanged() {
    memory?.save(subscriptions.held.keys()).catch(onError);
    changed();
  }

  /** Many listeners come and go in one deploy: their subscriptions are sent together. */
  function outdate() {
    if (!outdated) setImmediate(() => !paused && update());
    outdated = true;
  }

  function update() {
    if (outdated) void subscriptions.reconcile();
    outdated = false;
  }

  const keeper: Keeper = keepConnected(
    { ...options, connectTimeout: CONNECT_TIMEOUT, receiveMaximum: RECEIVE_MAXIMUM },
    {
      async onConnected(
        mine,
        { sessionPresent, subscriptionIdentifiers, receiveMaximum, maximumPacketSize },
      ) {
        counted.connections += 1;
        connection = mine;
        outdated = false;
        const session = sessionPresent ? (memory?.filters ?? []) : undefined;
        await subscriptions.attach(mine, subscriptionIdentifiers, session);
        // Not before the broker has the subscriptions: a reply must not be faster than its subscription.
        if (connection === mine) {
          outbox.attach({ publish: mine.publish, window: receiveMaximum, maximumPacketSize });
        }
      },
      onMessage: inbox.receive,
      onNoSubscribers() {
        counted.noSubscribers += 1;
        warn('noSubscribers');
      },
      onDisconnected() {
        connection = undefined;
        subscriptions.detach();
        outbox.detach();
      },
      onState: changed,
    },
  );
  const retryRefused = setInterval(() => {
    if (subscriptions.refused.size > 0) void subscriptions.retryRefused();
  }, options.retryRefused ?? RETRY_REFUSED);

  function refusalOf(listener: Listener): number | undefined {
    if (subscriptions.refused.size === 0) return undefined;
    for (const filters of router.serving(listener)) {
      if (filters.some((filter) => subscriptions.held.has(filter))) continue;
      const refused = filters.find((filter) => subscriptions.refused.has(filter));
      if (refused !== undefined) return subscriptions.refused.get(refused);
    }
    return undefined;
  }

  async function add(topics: readonly string[], payload: Buffer, qos: Qos, owner: object): Promise<void> {
    const messages = topics.map((topic) => ({ topic, payload, qos }));
    const settled = outbox.add(messages, owner);
    counted.accepted += messages.length;
    await settled;
    counted.acknowledged += messages.length;
  }

  const send: Client['send'] = (device, command, qos, owner) =>
    add([formatTopic(projectKey, device, 'command_send')], encodeCommand(command), qos, owner);

  return {
    get state() {
      return keeper.state;
    },
    get counters() {
      return { ...inbox.counters, ...counted };
    },
    details: () => ({
      filters: Object.fromEntries(subscriptions.held),
      refused: Object.fromEntries(
        [...subscriptions.refused].map(([filter, code]) => [filter, formatCode(code)]),
      ),
      queued: outbox.size(),
      commands: commands.size(),
    }),
    devices: devices.list,
    onChange(listener) {
      watchers.add(listener);
      return () => watchers.delete(listener);
    },
    listen(listener) {
      router.add(listener);
      outdate();
    },
    unlisten(listener) {
      if (paused) departed.add(listener);
      else router.remove(listener);
      outdate();
    },
    refusalOf,
    push: (to, payload, qos, owner) =>
      add(
        to.map((device) => formatTopic(projectKey, device, 'attributes_push')),
        payload,
        qos,
        owner,
      ),
    send,
    request(device, command, { qos, timeout, listener, owner }) {
      const sendWhenSubscribed = async (wanted: () => boolean) => {
        update();
        if (subscriptions.settling) await subscriptions.settling;
        if (!wanted()) return;
        const code = refusalOf(listener);
        if (code !== undefined) throw new EztError('repliesRefused', { code: formatCode(code) });
        await send(device, command, qos, owner);
      };
      return commands.request(device, command.id, timeout, sendWhenSubscribed, owner);
    },
    newCommandId: commands.newId,
    pending: (owner) => ({ queued: outbox.size(owner), commands: commands.size(owner) }),
    async release(owner, timeout) {
      commands.withdraw(owner);
      if (connection) await outbox.drained(timeout, owner);
      outbox.withdraw(owner);
    },
    pause() {
      paused = true;
      inbox.pause();
    },
    resume() {
      paused = false;
      for (const listener of departed) router.remove(listener);
      if (departed.size > 0) outdated = true;
      departed.clear();
      update();
      inbox.resume();
    },
    async close(endSession) {
      clearInterval(retryRefused);
      inbox.close();
      commands.withdraw();
      if (connection) await outbox.drained(DRAIN_TIMEOUT);
      await outbox.close();
      commands.withdraw(); // Node-RED goes on giving messages to nodes that are closing
      subscriptions.detach();
      await keeper.close(endSession);
    },
  };
}

function openOutbox({ queue, disk, onError, username: projectKey }: ClientOptions): Outbox {
  if (!disk?.queue) return createOutbox(queue);
  const accepts = (topic: string) => isOutTopic(projectKey, topic);
  const files = openMessageFiles(join(disk.directory, 'queue'), accepts);
  const outbox = createOutbox({ ...queue, limit: Number.POSITIVE_INFINITY });
  return makeDurable(outbox, { ...queue, files, free: disk.free, onError });
}
