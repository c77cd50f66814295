import type { SeenDevice } from '../../../cloud';
import { until } from '../../support/events';
import { admin } from '../../support/flows';
import { statusOf } from '../../support/project';
import { withDevices } from './with-devices';

/** A message with a whole command. */
export const command = (method: string, device: unknown = 'DU_1') => ({ device, payload: { method } });

/** Resolves when so many commands are held. */
export const held = (count: number) =>
  until(async () => (await statusOf('cloud')).held === count, 5000, `${count} held commands`);

/** As {@link withDevices}, with devices that go offline and online. */
export function withOffline() {
  const devices = withDevices();
  return {
    devices,
    /** Devices and methods of the commands that came. */
    sent: () => devices.sent.map(({ device, command: { method } }) => `${device} ${method}`),
    /** Tells that the device is online or not, and waits until that is known. */
    async tell(online: boolean, device = 'DU_1') {
      await devices.publish(`${device}/online`, { online });
      const known = async () => {
        const seen = (await (await admin('/eztcloud/cloud/devices')).json()) as SeenDevice[];
        return seen.some((each) => each.device === device && each.online === online);
      };
      await until(known, 5000, `${device} to be known to be ${online ? 'online' : 'offline'}`);
    },
  };
}
