import type { LearningMemory } from '../../../cloud/devices/device-memory';
import type { DeviceMemory } from '../../../cloud/devices/known-device';
import type { Channel } from '../../../cloud/protocol/topics';

/** Everything that `memory` knows. */
export const known = (memory: DeviceMemory) =>
  [...memory.all()].map(
    ({
      device,
      lastSeen,
      online,
      onlineAt,
      alarm,
      alarmAt,
      attributes,
      streams,
      events,
      commands,
      lastData,
    }) => ({
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
      lastData: [...lastData],
    }),
  );

/** `device` itself sends a message. */
export const see = (devices: LearningMemory, device: string, channel: Channel, payload: unknown, now = 1) =>
  devices.learn({ device, channel }, payload, now, true);
