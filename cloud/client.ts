import { performance } from 'node:perf_hooks';
import type { ClientOptions, Counters } from './client-options';
import { type ClientUser, createUser } from './client-user';
import { createDeviceMemory } from './devices/device-memory';
import type { DeviceMemory } from './devices/known-device';
import { openMemoryStore } from './devices/memory-store';
import { openHolding } from './holding';
import { createNotifier } from './notifier';
import { type Aliases, NO_ALIASES } from './protocol/aliases';
import { EztError } from './protocol/errors';
import { NUMBERS } from './protocol/limits';
import { type Qos, topicParser } from './protocol/topics';
import { createInbox } from './receive/inbox';
import { createInitial } from './receive/initial';
import { createOwnPushes } from './receive/own-pushes';
import { createReplyReceiver } from './reply-receiver';
import { createCommands } from './send/commands';
import { openOutbox } from './send/open-outbox';
import { watchSent } from './send/sent';
import { createTurns } from './send/turns';
import { connectionEnd } from './send/window';
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
  /**
   * Filters held with their QoS, filters refused with the reason code, e.g. `0x87`, and the number of messages and
   * commands pending, and of commands held for devices that are offline.
   */
  details(): {
    filters: Record<string, Qos>;
    refused: Record<string, string>;
    queued: number;
    commands: number;
    held: number;
  };
  /** What messages call the project. */
  readonly project: string;
  /** What people call the devices. */
  readonly aliases: Aliases;
  /** People call the devices otherwise now; the connection and what is pending stay as they are. */
  rename(aliases: Aliases): void;
  /** What is known of each device. */
  readonly memory: DeviceMemory;
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
/** Milliseconds: 3 s at most in all; after draining come the disk, DISCONNECT and the end of the session. */
const CLOSING = { draining: 1_500, all: 2_800 };

export function openClient(options: ClientOptions): Client {
  const { username: projectKey, group, onError } = options;
  let { aliases = NO_ALIASES } = options;
  const counted = { noSubscribers: 0, unmatchedReplies: 0, connections: 0 };
  const changes = createNotifier(onError);
  const warnOnce = createWarnings(options.onWarning);
  let paused = false;
  let connection: Connection | undefined;
  const session = options.clean
    ? undefined
    : openSessionStore(options.disk?.directory, options.clientId, onError);
  const memory = createDeviceMemory();
  const memoryStore =
    options.disk &&
    openMemoryStore(memory, { ...options.disk, keeps: options.disk.memory, projectKey, onError });
  const router = createRouter(projectKey, group);
  const subscriptions = createSubscriptions(router, onSubscriptions, (filter, granted, asked) =>
    warnOnce(filter, () => new EztError('lowerQos', { filter, granted, asked })),
  );
  // No name where no device has an alias: then no message is looked up.
  const names = () => (aliases.size > 0 ? aliases.nameOf : undefined);
  const both = { project: options.project ?? '', projectKey, names, memory, onError };
  const onDone = () => inbox.catchUp();
  const initial = createInitial({ ...both, paused: () => paused, onDone });
  const listeners = createListeners(router, subscriptions, () => paused, initial);
  const ownPushes = createOwnPushes(() => router.hasListeners('attributes'), group !== '');
  const outbox = openOutbox(projectKey, options.queue, options.disk, onError);
  const sent = watchSent(projectKey, ownPushes.written);
  const commands = createCommands(() => inbox.holdsBack);
  const inFlight = options.commandsInFlight ?? NUMBERS.commandsInFlight.byDefault;
  const turns = createTurns(Math.min(inFlight, options.queue.limit), options.queue.limit);
  const held = openHolding(options, { listeners, memory, outbox, sent });
  const replies = createReplyReceiver(commands, counted);
  const inbox = createInbox({
    ...both,
    parse: topicParser(projectKey),
    router,
    subscriptions,
    ownPushes,
    replies: () => (commands.size() > 0 ? replies : undefined),
    grouped: group !== '',
    paused: () => paused || initial.pending,
  });

  function onSubscriptions() {
    session?.save(subscriptions.held.keys()).catch(onError);
    changes.notify();
  }

  const reconnecting = openReconnecting(
    { ...options, ...CONNECTING, ...(options.disk?.memory && { after: memory.loaded }) },
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
  const parts = {
    projectKey,
    outbox,
    commands,
    turns,
    held,
    memory,
    listeners,
    subscriptions,
    ownPushes,
    sent,
  };

  return {
    get state() {
      return reconnecting.state;
    },
    get counters() {
      const replaced = outbox.counters.replaced + held.replaced;
      return { ...inbox.counters, ...outbox.counters, ...counted, replaced };
    },
    details: () => ({
      filters: Object.fromEntries(subscriptions.held),
      refused: Object.fromEntries(
        [...subscriptions.refused].map(([filter, code]) => [filter, formatCode(code)]),
      ),
      queued: outbox.size(),
      commands: commands.size() + turns.size(),
      held: held.size(),
    }),
    get aliases() {
      return aliases;
    },
    rename(others) {
      aliases = others;
    },
    project: options.project ?? '',
    memory,
    onChange: changes.add,
    listen: listeners.add,
    unlisten: listeners.remove,
    refusalOf: listeners.refusalOf,
    user: () => createUser({ ...parts, isConnected: () => connection !== undefined }),
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
      const deadline = performance.now() + CLOSING.all;
      clearInterval(retryRefused);
      initial.close();
      inbox.close();
      turns.close();
      commands.close();
      const saved = memoryStore?.close(CLOSING.all);
      if (connection) await outbox.drained(CLOSING.draining);
      await outbox.close();
      await held.close();
      commands.close(); // Node-RED goes on giving messages to nodes that are closing
      subscriptions.detach();
      await Promise.all([reconnecting.close(endSession, deadline), saved]);
    },
  };
}
