import type { DeviceMemory } from '../../../cloud/devices/known-device';

/** Everything that `memory` knows, the last heard first. */
export const known = (memory: DeviceMemory) =>
  [...memory.latest()].map(
    ({ device, lastSeen, online, onlineAt, alarm, alarmAt, attributes, streams, events, commands }) => ({
      device,
      lastSeen,
      online,
      onlineAt,
      alarm,
      alarmAt,
      attributes: [...attributes],
      streams: [...streams],
      events: [...events],
      commands: [...commands],
    }),
  );
