import type { DeviceMemory } from '../../../cloud/devices/known-device';

/** Everything that `memory` knows. */
export const known = (memory: DeviceMemory) =>
  [...memory.all()].map(
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
