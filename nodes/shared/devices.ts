import { EztError, isTopicLevel } from '../../cloud';

/** The device that the node names, else the message's. Throws `EZT_DEVICE`. */
export function deviceOf(configured: string, message: Record<string, unknown>): string {
  const device = configured !== '' ? configured : message.device;
  if (device === undefined || device === null || device === '') throw new EztError('deviceMissing');
  if (!isTopicLevel(device)) throw new EztError('deviceInvalid');
  return device;
}

/** As {@link deviceOf}, but the message may bring a list; each device once. Throws `EZT_DEVICE`. */
export function devicesOf(configured: string, message: Record<string, unknown>): string[] {
  const { device } = message;
  if (configured !== '' || !Array.isArray(device)) return [deviceOf(configured, message)];
  if (device.length === 0) throw new EztError('deviceMissing');
  return [...new Set(device.map((item: unknown) => deviceOf('', { device: item })))];
}
