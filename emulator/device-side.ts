import { DOWN_CHANNELS, deviceTopic, UP_CHANNELS } from './access';
import { type Broker, createBroker } from './broker';
import type { DeviceSession, Platform } from './platform';

/** The broker for devices: each is a user of its own, all with the same secret, and sees its own topics only. */
export async function createDeviceSide(deviceSecret: string, platform: Platform): Promise<Broker> {
  /** A device is online while at least one of its connections is. */
  const online = new Map<string, { session: DeviceSession; connections: number }>();

  const broker = await createBroker({
    login: (username, password) => platform.accepts(username) && password === deviceSecret,
    mayPublish: (username, topic) => deviceTopic(UP_CHANNELS, username, topic) !== undefined,
    maySubscribe: (username, filter) => deviceTopic(DOWN_CHANNELS, username, filter) !== undefined,
    received(username, topic, payload) {
      const report = deviceTopic(UP_CHANNELS, username, topic);
      if (report) platform.fromDevice(username, report.channel, payload, report.stream);
    },
    connected(username) {
      const device = online.get(username);
      if (device) {
        device.connections += 1;
        return;
      }
      // QoS 0, as the platform's receiver reads pushes and commands: a device that is away misses them.
      const session = platform.connect(username, (channel, payload) =>
        broker.publish(`${channel}/${username}`, payload, 0),
      );
      online.set(username, { session, connections: 1 });
    },
    disconnected(username) {
      const device = online.get(username);
      if (device === undefined) return;
      device.connections -= 1;
      if (device.connections > 0) return;
      online.delete(username);
      device.session.close();
    },
  });
  return broker;
}
