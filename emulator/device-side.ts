import { DOWN_CHANNELS, deviceTopic, UP_CHANNELS } from './access';
import { type Broker, createBroker, type Rules } from './broker';
import type { BrokerSettings } from './mqtt/settings';
import type { DeviceSession, Platform } from './platform';

/** The broker for devices: each is a user of its own, all with the same secret, and sees its own topics only. */
export function createDeviceSide(
  deviceSecret: string,
  platform: Platform,
  settings?: Partial<BrokerSettings>,
): Broker {
  /** A device is online while at least one of its connections is. */
  const online = new Map<string, { session: DeviceSession; connections: number }>();

  const rules: Rules = {
    login(username, password) {
      if (!platform.accepts(username)) return 'unknown';
      return password === deviceSecret ? 'welcome' : 'wrong';
    },
    mayPublish: (username, topic) => deviceTopic(UP_CHANNELS, username, topic) !== undefined,
    maySubscribe: (username, filter) => deviceTopic(DOWN_CHANNELS, username, filter) !== undefined,
    listens: () => true, // to all that a device may publish
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
  };
  const broker = createBroker(rules, settings);
  return broker;
}
