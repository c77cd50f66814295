import type { DeviceMemory } from './known-device';

/**
 * Whether `device` is known to be offline: its last `online` message says so, and nothing has been heard from it since. A
 * device of which no `online` message has come is not known to be offline.
 */
export function isOffline(memory: Pick<DeviceMemory, 'get'>, device: string): boolean {
  const { online, onlineAt, lastSeen } = memory.get(device) ?? {};
  return online === false && (lastSeen ?? 0) <= (onlineAt ?? 0);
}
