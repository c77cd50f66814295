import { performance } from 'node:perf_hooks';
import type { Client, ClientOptions } from './client-api';
import { createDevices } from './devices/device-memory';
import { type Command, encodeCommand } from './protocol/encoding';
import { EztError } from './protocol/errors';
import type { Qos } from './protocol/topics';
import { formatTopic, isOutTopic, topicParser } from './protocol/topics';
import type { Listener } from './receive/delivery';
import { createInbox } from './receive/inbox';
import { createOwnPushes } from './receive/own-pushes';
import { replyReceiver } from './replies';
import { createCommands, type SendCommand } from './send/commands';
import { openOutbox } from './send/open-outbox';
import { watchSent } from './send/sent';
import { linkEnd } from './send/window';
import { createListeners } from './subscriptions/listeners';
import { createRouter } from './subscriptions/router';
import { openSessionMemory } from './subscriptions/session-store';
import { createSubscriptions } from './subscriptions/subscriptions';
import type { Connection } from './transport/connection-api';
import { describeCode, formatCode } from './transport/reason-codes';
import { type Keeper, keepConnected } from './transport/reconnect';

const CONNECT_TIMEOUT = 15_000;
/** With MQTT 5 the broker keeps what is beyond it until we have dealt with these. */
const RECEIVE_MAXIMUM = 100;
/** Milliseconds: 3 s at most in all; after draining come the disk, DISCONNECT and the end of the session. */
const CLOSING = { draining: 1_500, all: 2_800 };
const RETRY_REFUSED = 30_000;

export function openClient(options: ClientOptions): Client {
  const { username: projectKey, group, onError } = options;
  const router = createRouter<Listener>(projectKey, group);
  const commands = createCommands(() => inbox.holdsBack);
  const memory = options.clean
    ? undefined
    : openSessionMemory(options.disk?.directory, options.clientId, onError);
  const accepts = (topic: string) => isOutTopic(projectKey, topic);
  const outbox = openOutbox(options.queue, { disk: options.disk, accepts, onError });
  const devices = createDevices();
  const ownPushes = createOwnPushes(() => router.hasListeners('attributes'));
  const sent = watchSent(projectKey, ownPushes.written);
  const subscriptions = createSubscriptions(router, subscriptionsChanged, (filter, granted, asked) => {
    if (!lowered.has(filter)) options.onWarning?.(new EztError('lowerQos', { filter, granted, asked }));
    lowered.add(filter);
  });
  /** While flows are deployed. */
  let paused = false;
  const listeners = createListeners(router, subscriptions, () => paused);
  /** Filters that the broker grants a lower QoS. */
  const lowered = new Set<string>();
  const watchers = new Set<() => void>();
  const counted = { noSubscribers: 0, unmatchedReplies: 0, connections: 0 };
  let connection: Connection | undefined;
  /** What the session's last life held. */
  let lastLife = memory?.filters ?? [];

  const replies = replyReceiver(commands, counted);
  const inbox = createInbox({
    parse: topicParser(projectKey),
    router,
    subscriptions,
    devices,
    ownPushes,
    replies: () => (commands.size() > 0 ? replies : undefined),
    grouped: group !== '',
    paused: () => paused,
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

  function subscriptionsChanged() {
    memory?.save(subscriptions.held.keys()).catch(onError);
    changed();
  }

  const keeper: Keeper = keepConnected(
    { ...options, connectTimeout: CONNECT_TIMEOUT, receiveMaximum: RECEIVE_MAXIMUM },
    {
      async onConnected(mine, connected) {
        counted.connections += 1;
        connection = mine;
        const { receiveMaximum, maximumPacketSize, maximumQos } = connected;
        const session = connected.sessionPresent ? lastLife : undefined;
        lastLife = []; // from here on the subscriptions know themselves what the session holds
        await listeners.attach(mine, connected, session);
        // Not before the broker has the subscriptions: a reply must not be faster than its subscription.
        if (connection === mine) {
          outbox.attach({
            publish: sent.through(mine.publish),
            window: receiveMaximum,
            maximumPacketSize,
            maximumQos,
          });
        }
      },
      onMessage: inbox.receive,
      onNoSubscribers() {
        counted.noSubscribers += 1;
        if (counted.noSubscribers === 1) options.onWarning?.(new EztError('noSubscribers'));
      },
      onDisconnected(refusal) {
        connection = undefined;
        const end = linkEnd(refusal);
        return [subscriptions.detach(end === 'hungUp'), outbox.detach(end)].includes(true);
      },
      onState: changed,
    },
  );
  const retryRefused = setInterval(subscriptions.retryRefused, options.retryRefused ?? RETRY_REFUSED);

  interface Sending {
    onSent?: () => void;
    until?: Promise<void> | undefined;
  }
  async function send(device: string, command: Command, qos: Qos, owner: object, sending: Sending = {}) {
    const topic = formatTopic(projectKey, device, 'command_send');
    const payload = encodeCommand(command);
    if (sending.onSent) sent.on(payload, sending.onSent);
    await outbox.add([{ topic, payload, qos }], owner, sending.until);
  }

  function checkReplies(listener: Listener) {
    const code = listeners.refusalOf(listener);
    if (code !== undefined)
      throw new EztError('repliesRefused', { reason: describeCode(code), code: formatCode(code) });
  }

  return {
    get state() {
      return keeper.state;
    },
    get counters() {
      return { ...inbox.counters, ...outbox.counters, ...counted };
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
    listen: listeners.add,
    unlisten: listeners.remove,
    refusalOf: listeners.refusalOf,
    push(to, payload, qos, owner, chase = 0) {
      if (chase > 0) ownPushes.chase(payload, chase);
      const topics = to.map((device) => formatTopic(projectKey, device, 'attributes_push'));
      return outbox.add(
        topics.map((topic) => ({ topic, payload, qos })),
        owner,
      );
    },
    send: (device, command, qos, owner) => send(device, command, qos, owner),
    request(device, command, { qos, timeout, listener, owner }) {
      const sendWhenSubscribed: SendCommand = (onSent) => {
        listeners.update();
        const until = subscriptions.settling?.then(() => checkReplies(listener));
        if (!until) checkReplies(listener);
        return send(device, command, qos, owner, { onSent, until });
      };
      return commands.request(device, command, timeout, sendWhenSubscribed, owner);
    },
    commandId: commands.idFor,
    pending: (owner) => ({ queued: outbox.size(owner), commands: commands.size(owner) }),
    async release(owner, timeout) {
      commands.withdraw(owner);
      if (connection) await outbox.drained(timeout, owner);
      await outbox.withdraw(owner);
      commands.withdraw(owner); // what a closing node was still given
    },
    pause() {
      paused = true;
      ownPushes.pause();
    },
    resume() {
      paused = false;
      ownPushes.resume();
      listeners.catchUp();
      inbox.catchUp();
    },
    async close(endSession) {
      const deadline = performance.now() + CLOSING.all;
      clearInterval(retryRefused);
      inbox.close();
      commands.withdraw();
      if (connection) await outbox.drained(CLOSING.draining);
      await outbox.close();
      commands.withdraw(); // Node-RED goes on giving messages to nodes that are closing
      subscriptions.detach();
      await keeper.close(endSession, deadline);
    },
  };
}
