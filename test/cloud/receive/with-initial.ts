import { createDeviceMemory } from '../../../cloud/devices/device-memory';
import type { ValueMessage } from '../../../cloud/protocol/device-message';
import type { Channel } from '../../../cloud/protocol/topics';
import { createInitial } from '../../../cloud/receive/initial';
import type { Listener, Receiver } from '../../../cloud/subscriptions/listener';
import { until } from '../../support/events';

export const NOW = 1_700_000_000_000;

export const learn = (
  memory: ReturnType<typeof createDeviceMemory>,
  device: string,
  channel: Channel,
  payload: unknown,
  at = NOW,
) => memory.learn({ device, channel }, payload, at, true);

export const listenerOf = (to: Receiver, properties: Partial<Listener> = {}): Listener => ({
  devices: [],
  channels: ['attributes'],
  streams: [],
  qos: 1,
  unshared: false,
  receiver: to,
  ...properties,
});

export const end = (initial: { pending: boolean }) => until(() => !initial.pending, 5_000, 'the end');

export const told = ({ messages }: { messages: ValueMessage[] }) =>
  messages.map(({ device, type, payload }) => `${device} ${type} ${JSON.stringify(payload)}`);

/** `at.paused` is for the test to set, the rest to look at. */
export function openInitial(memory = createDeviceMemory()) {
  const at = { paused: false, done: 0, errors: [] as unknown[] };
  const initial = createInitial({
    projectKey: 'PR_1',
    project: 'Factory',
    names: () => (device: string) => (device === 'DU_2' ? 'Pump' : undefined),
    memory,
    paused: () => at.paused,
    onDone: () => {
      at.done += 1;
    },
    onError: (error) => at.errors.push(error),
  });
  return { at, memory, initial };
}
