import type { ClientUser, Listener } from '../../../cloud';
import { createUser } from '../../../cloud/client-user';
import { createDeviceMemory } from '../../../cloud/devices/device-memory';
import { openHolding } from '../../../cloud/holding';
import { createCommands } from '../../../cloud/send/commands';
import { createOutbox } from '../../../cloud/send/outbox';
import type { OutboxConnection } from '../../../cloud/send/refusal';
import { watchSent } from '../../../cloud/send/sent';
import { createTurns } from '../../../cloud/send/turns';
import { type Delivery, deliver } from '../../../nodes/ezt-command-out/deliver';
import type { CommandOutSettings } from '../../../nodes/ezt-command-out/settings';

/** A command as it went to the broker. Each attempt has a payload of its own. */
export interface Published {
  device: string;
  id: number;
  payload: Buffer;
  /** The broker answers. */
  settle(refused?: number): void;
}

const REPLIES: Listener = { devices: [], channels: ['command_reply'], streams: [], qos: 1, unshared: true };

/** Everything that sends commands, but the network and Node-RED: time and broker are the test's. */
export function sendingParts(limits: { queue: number; expiry: number; inFlight: number }) {
  const listening = new Set<Listener>();
  const published: Published[] = [];
  const errors: unknown[] = [];
  const memory = createDeviceMemory();
  const queue = { limit: limits.queue, expiry: limits.expiry, rate: 0 };
  const outbox = createOutbox(queue);
  const sent = watchSent('PR_1', () => undefined);
  const commands = createCommands();
  const turns = createTurns(limits.inFlight, limits.queue);
  const listeners = {
    add: (listener: Listener) => void listening.add(listener),
    remove: (listener: Listener) => void listening.delete(listener),
    update: () => undefined,
    refusalOf: () => undefined,
  };
  const onError = (error: unknown) => void errors.push(error);
  const held = openHolding({ username: 'PR_1', queue, onError }, { listeners, memory, outbox, sent });
  let connection: OutboxConnection | undefined;
  let now = 1;

  return {
    published,
    listening,
    errors,
    outbox,
    commands,
    turns,
    held,
    user: (): ClientUser =>
      createUser({
        ...{ projectKey: 'PR_1', outbox, commands, turns, held, memory, listeners, sent },
        subscriptions: { settling: undefined },
        ownPushes: { setLoopDepth: () => undefined },
        isConnected: () => connection !== undefined,
      }),
    deliver: (user: ClientUser, settings: CommandOutSettings, delivery: Delivery) =>
      deliver({ user, settings, listener: REPLIES, changed: () => undefined }, delivery),
    attach(receiveMaximum: number) {
      const mine: OutboxConnection = {
        ...{ receiveMaximum, maximumPacketSize: 1_000_000, maximumQos: 2 },
        publish: sent.through((topic, payload, _qos, settled) => {
          const { id } = JSON.parse(payload.toString()) as { id: number };
          published.push({ device: topic.split('/')[2] ?? '', id, payload, settle: settled });
        }),
      };
      connection = mine;
      outbox.attach(mine);
    },
    detach() {
      connection = undefined;
      outbox.detach();
    },
    /** The device goes online or offline. */
    tell(device: string, online: boolean) {
      now += 1;
      const heard = { device, channel: 'online' as const, payload: { online }, timestamp: now, alive: true };
      memory.learn({ device, channel: 'online' }, { online }, now, true);
      for (const { devices, observe } of [...listening])
        if (devices.length === 0 || devices.includes(device)) observe?.(heard);
    },
    reply: ({ device, id }: Published) => commands.offer(device, { params: {}, id }, false),
  };
}
