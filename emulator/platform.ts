import { isTopicLevel } from '../cloud/protocol/topics';
import type { DownChannel, UpChannel } from './access';
import type { AlarmRule } from './alarms';
import { createDeviceState, type DeviceState } from './device-state';
import { toPayload } from './messages';

/** A device that is online. */
export interface DeviceSession {
  publish(channel: UpChannel, payload: Buffer, stream?: string): void;
  close(): void;
}

export type Deliver = (channel: DownChannel, payload: Buffer) => void;

/** What turns messages of devices into those of applications, and back; it knows nothing of MQTT connections. */
export interface Platform {
  /** Whether a device of this name may come online: any `DU_…`, not only the platform's `DU_` + 10 characters. */
  accepts(username: string): boolean;
  /** Brings a device online. A device exists from its first time online. */
  connect(username: string, deliver: Deliver): DeviceSession;
  /** A message that a device published, which may be gone again by the time it is dealt with. */
  fromDevice(username: string, channel: UpChannel, payload: Buffer, stream?: string): void;
  /** A push or command that an application published to `open/<projectKey>/<device>/<channel>`. */
  fromApplication(topic: string, payload: Buffer): void;
  /** All devices that exist, online or not. */
  devices(): string[];
}

/** As many as the options can make, and 10,000 that connect from outside. */
const MAX_DEVICES = 110_000;

export function createPlatform(
  projectKey: string,
  rules: readonly AlarmRule[],
  publish: (topic: string, payload: Buffer) => void,
): Platform {
  const devices = new Map<string, { state: DeviceState; online: Set<Deliver> }>();

  const toApplications = (username: string, channel: string, payload: Buffer): void =>
    publish(`open/${projectKey}/${username}/${channel}`, payload);

  const find = (username: string) => {
    const known = devices.get(username);
    if (known) return known;
    const online = new Set<Deliver>();
    const state = createDeviceState(rules, {
      toApplications: (channel, payload) => toApplications(username, channel, payload),
      toDevice: (channel, payload) => {
        for (const deliver of online) deliver(channel, payload);
      },
    });
    const device = { state, online };
    devices.set(username, device);
    return device;
  };

  return {
    accepts: (username) =>
      /^DU_./.test(username) &&
      isTopicLevel(username) &&
      (devices.has(username) || devices.size < MAX_DEVICES),
    connect(username, deliver) {
      const { state, online } = find(username);
      online.add(deliver);
      if (online.size === 1) toApplications(username, 'online', toPayload({ online: true }));
      return {
        publish: state.report,
        close() {
          if (!online.delete(deliver) || online.size > 0) return;
          toApplications(username, 'online', toPayload({ online: false }));
        },
      };
    },
    fromDevice: (username, ...message) => devices.get(username)?.state.report(...message),
    fromApplication(topic, payload) {
      const [, , username = '', channel] = topic.split('/');
      const state = devices.get(username)?.state;
      if (channel === 'attributes_push') state?.push(payload);
      else if (channel === 'command_send') state?.command(payload);
    },
    devices: () => [...devices.keys()],
  };
}
