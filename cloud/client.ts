import { performance } from 'node:perf_hooks';
import type { ClientOptions, Counters, Details } from './client-options';
import { type ClientUser, createUser } from './client-user';
import { createDeviceMemory } from './devices/device-memory';
import type { DeviceMemory } from './devices/known-device';
import { openMemoryStore } from './devices/memory-store';
import { createNotifier } from './notifier';
import { type Aliases, NO_ALIASES } from './protocol/aliases';
import { EztError } from './protocol/errors';
import { topicParser } from './protocol/topics';
import { createInbox } from './receive/inbox';
import { createInitial } from './receive/initial';
import { createOwnPushes } from './receive/own-pushes';
import { createRecentMessages, type RecentMessages } from './receive/recent-messages';
import { createReplyReceiver } from './reply-receiver';
import { connectionEnd } from './send/window';
import { openSending } from './sending';
import type { Listener } from './subscriptions/listener';
import { createListeners } from './subscriptions/listeners';
import { createRouter } from './subscriptions/router';
import { openSessionStore } from './subscriptions/session-store';
import { createSubscriptions } from './subscriptions/subscriptions';
import type { Connection } from './transport/connection';
import { formatCode } from './transport/reason-codes';
import { openReconnecting, type State } from './transport/reconnect';
import { createWarnings } from './warnings';

/** A project, through its one connection. */
export interface Client {
  readonly state: State;
  readonly counters: Counters;
  details(): Details;
  /** What messages call the project. */
  readonly project: string;
  /** What people call the devices. */
  readonly aliases: Aliases;
  /** People call the devices otherwise now; the connection and what is pending stay as they are. */
  rename(aliases: Aliases): void;
  /** What is known of each device. */
  readonly memory: DeviceMemory;
  readonly recent: RecentMessages;
  /** Calls `listener` when the state or the subscriptions have changed; returns how to stop that. */
  onChange(listener: () => void): () => void;
  listen(listener: Listener): void;
  unlisten(listener: Listener): void;
  /** The broker's reason code when it refuses a subscription that `listener` needs. */
  refusalOf(listener: Listener): number | undefined;
  /** For one node: what it sends can be counted and closed apart from the others'. */
  user(): ClientUser;
  /**
   * While flows are deployed: received messages and changes of subscriptions wait. Replies still reach the commands
   * that await them. When much has come the socket is not read any more.
   */
  pause(): void;
  resume(): void;
  /** Ends everything within 3 s. `endSession`: the broker forgets a persistent session. */
  close(endSession: boolean): Promise<void>;
}

/** With MQTT 5 the broker keeps what exceeds the receive maximum until messages are acknowledged. */
const CONNECTING = { connectTimeout: 15_000, receiveMaximum: 100 };
/** Milliseconds for everything, so that it takes less than 3 s. */
const CLOSING = 2_800;

export function openClient(options: ClientOptions): Client {
  const { username: projectKey, project = '', group, disk, onError } = options;
  let { aliases = NO_ALIASES } = options;
  let paused = false;
  let connection: Connection | undefined;
  const counted = { noSubscribers: 0, unmatchedReplies: 0, connections: 0 };
  const changes = createNotifier(onError);
  const warnOnce = createWarnings(options.onWarning);

  // What is known of the devices.
  const memory = createDeviceMemory();
  const memoryStore = disk && openMemoryStore(memory, { ...disk, keeps: disk.memory, projectKey, onError });

  // Who listens, and what is subscribed to for that.
  const session = options.clean ? undefined : openSessionStore(disk?.directory, options.clientId, onError);
  const router = createRouter(projectKey, group);
  const subscriptions = createSubscriptions(router, onSubscriptions, (filter, granted, asked) =>
    warnOnce(filter, () => new EztError('lowerQos', { filter, granted, asked })),
  );
  // No name where no device has an alias: then no message is looked up.
  const names = () => (aliases.size > 0 ? aliases.nameOf : undefined);
  const shared = { project, projectKey, names, memory, onError };
  const initial = createInitial({ ...shared, paused: () => paused, onDone: () => inbox.catchUp() });
  const listeners = createListeners(router, subscriptions, () => paused, initial);

  function onSubscriptions() {
    session?.save(subscriptions.held.keys()).catch(onError);
    changes.notify();
  }

  // What is sent.
  const ownPushes = createOwnPushes(() => router.hasListeners('attributes'), group !== '');
  const onPush = ownPushes.written;
  const sending = openSending(options, { listeners, memory, onPush, repliesHeld: () => inbox.holdsBack });
  const { outbox, sent, commands } = sending;

  // What is received.
  const recent = createRecentMessages();
  const replies = createReplyReceiver(commands, counted);
  const inbox = createInbox({
    ...shared,
    parse: topicParser(projectKey),
    router,
    subscriptions,
    recent,
    ownPushes,
    replies: () => (commands.size() > 0 ? replies : undefined),
    grouped: group !== '',
    paused: () => paused || initial.pending,
  });

  // The connection.
  const waitsFor = [options.after, disk?.memory ? memory.loaded : undefined];
  const before = waitsFor.filter((each) => each !== undefined);
  const after = before.length > 0 && { after: Promise.all(before).then(() => undefined) };
  const reconnecting = openReconnecting(
    { ...options, ...CONNECTING, ...after },
    {
      async onConnected(mine, connected) {
        counted.connections += 1;
        connection = mine;
        initial.connected();
        const heldBefore = session?.takeFilters() ?? [];
        await listeners.attach(mine, connected, connected.sessionPresent ? heldBefore : undefined);
        // Only now: a reply must not be faster than the subscription that it comes by.
        if (connection === mine) outbox.attach({ ...connected, publish: sent.through(mine.publish) });
      },
      onMessage: inbox.receive,
      onNoSubscribers() {
        counted.noSubscribers += 1;
        warnOnce('noSubscribers', () => new EztError('noSubscribers'));
      },
      onDisconnected(refusal) {
        connection = undefined;
        const end = connectionEnd(refusal);
        return [subscriptions.detach(end === 'hungUp'), outbox.detach(end)].includes(true);
      },
      onState: changes.notify,
    },
  );
  const retryRefused = setInterval(subscriptions.retryRefused, options.retryRefused ?? 30_000);
  const isConnected = () => connection !== undefined;
  const parts = { ...sending, projectKey, memory, listeners, subscriptions, ownPushes, isConnected };

  return {
    get state() {
      return reconnecting.state;
    },
    get counters() {
      return { ...inbox.counters, ...sending.counters, ...counted };
    },
    details() {
      const refused = [...subscriptions.refused].map(([filter, code]) => [filter, formatCode(code)]);
      const filters = Object.fromEntries(subscriptions.held);
      return { filters, refused: Object.fromEntries(refused), ...sending.pending() };
    },
    get aliases() {
      return aliases;
    },
    rename(others) {
      aliases = others;
    },
    project,
    memory,
    recent,
    onChange: changes.add,
    listen: listeners.add,
    unlisten: listeners.remove,
    refusalOf: listeners.refusalOf,
    user: () => createUser(parts),
    pause() {
      paused = true;
      ownPushes.pause();
    },
    resume() {
      paused = false;
      ownPushes.resume();
      listeners.catchUp();
      initial.resume();
      inbox.catchUp();
    },
    async close(endSession) {
      const deadline = performance.now() + CLOSING;
      clearInterval(retryRefused);
      initial.close();
      inbox.close();
      const saved = memoryStore?.close(CLOSING);
      await sending.close(isConnected());
      subscriptions.detach();
      await Promise.all([reconnecting.close(endSession, deadline), saved]);
    },
  };
}
