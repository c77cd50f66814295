import type { ClientOptions } from './client-options';
import type { DeviceMemory } from './devices/known-device';
import { isOffline } from './devices/offline';
import { createHeldCommands, type HeldCommands } from './send/held-commands';
import { openHeldStore } from './send/held-store';
import type { Outbox } from './send/outbox';
import type { SentWatcher } from './send/sent';
import type { Listener } from './subscriptions/listener';
import type { Listeners } from './subscriptions/listeners';

/** What held commands are told by and sent with. */
export interface HoldingParts {
  listeners: Pick<Listeners, 'add' | 'remove'>;
  memory: Pick<DeviceMemory, 'keep' | 'get'> & Partial<Pick<DeviceMemory, 'loaded'>>;
  outbox: Pick<Outbox, 'add'>;
  sent: Pick<SentWatcher, 'on' | 'off'>;
}

/** So many devices are listened to one by one. Beyond that it is all: filters for each of thousands would cost more. */
const ONE_BY_ONE = 100;

/** The held commands of a project, with those that an earlier process left on disk. */
export function openHolding(
  { username, queue, disk, onError }: Pick<ClientOptions, 'username' | 'queue' | 'disk' | 'onError'>,
  { listeners, memory, outbox, sent }: HoldingParts,
): HeldCommands {
  const listen = listenToDevices(listeners);
  return createHeldCommands({
    limit: queue.limit,
    isOffline: (device) => isOffline(memory, device),
    ...(disk?.memory && memory.loaded && { known: memory.loaded }),
    listen(device, heard) {
      const forget = memory.keep([device]);
      const stop = listen(device, heard);
      return () => {
        stop();
        forget();
      };
    },
    async send(message, onSent) {
      sent.on(message.payload, onSent);
      try {
        await outbox.add([message]);
      } finally {
        sent.off(message.payload);
      }
    },
    store: openHeldStore(username, disk, onError),
    onError,
  });
}

/** Returns what calls `heard` whenever a device itself is heard: it goes online, or reports anything. */
function listenToDevices(listeners: HoldingParts['listeners']) {
  const heardOf = new Map<string, () => void>();
  const onHeard = (device: string) => heardOf.get(device)?.();
  let all: Listener | undefined;
  return (device: string, heard: () => void): (() => void) => {
    heardOf.set(device, heard);
    let own: Listener | undefined;
    if (!all && heardOf.size > ONE_BY_ONE) {
      all = listenerTo([], onHeard);
      listeners.add(all);
    } else if (!all) {
      own = listenerTo([device], onHeard);
      listeners.add(own);
    }
    return () => {
      heardOf.delete(device);
      if (own) listeners.remove(own);
      if (!all || heardOf.size > 0) return;
      listeners.remove(all);
      all = undefined;
    };
  };
}

const listenerTo = (devices: readonly string[], onHeard: (device: string) => void): Listener => ({
  devices,
  channels: ['online', 'attributes', 'event_report', 'command_reply', 'data'],
  streams: [],
  qos: 1,
  unshared: true,
  observe({ device, alive }) {
    if (alive) onHeard(device);
  },
});
