import type { DownChannel, UpChannel } from './access';
import { type AlarmRule, createAlarms } from './alarms';
import { parseAttributes, parseCall, parseObject, toPayload } from './messages';

/** Where a device's messages go. */
export interface Outlets {
  toApplications(channel: string, payload: Buffer): void;
  toDevice(channel: DownChannel, payload: Buffer): void;
}

/** What the platform knows of one device, and does with what comes from it or is meant for it. */
export interface DeviceState {
  /** A message of the device. What is malformed goes no further, and the device is told so. */
  report(channel: UpChannel, payload: Buffer, stream?: string): void;
  /** A push of an application; shows on `attributes` as any change does. */
  push(payload: Buffer): void;
  command(payload: Buffer): void;
}

const MAX_ATTRIBUTES = 1000;
const MAX_COMMANDS = 1000;
/** The platform's own error codes aren't published; only 0 is. */
const MALFORMED = 1;

export function createDeviceState(rules: readonly AlarmRule[], outlets: Outlets): DeviceState {
  const attributes = new Map<string, unknown>();
  const alarms = createAlarms(rules);
  /** How many commands of an id are to be answered: a reply without one, or a second one, is dropped. */
  const awaited = new Map<string, number>();

  const setAttributes = (payload: Buffer): boolean => {
    const changed = parseAttributes(payload);
    if (changed === undefined) return false;
    for (const [identifier, value] of changed) {
      if (attributes.has(identifier) || attributes.size < MAX_ATTRIBUTES) attributes.set(identifier, value);
    }
    outlets.toApplications('attributes', payload);
    for (const alerting of alarms(attributes)) outlets.toApplications('alarm', toPayload({ alerting }));
    return true;
  };

  const reports: Record<UpChannel, (payload: Buffer, stream?: string) => void> = {
    attributes(payload) {
      outlets.toDevice('attributes_response', response(setAttributes(payload)));
    },
    event_report(payload) {
      const valid = parseCall(payload) !== undefined;
      if (valid) outlets.toApplications('event_report', payload);
      outlets.toDevice('event_response', response(valid));
    },
    command_reply(payload) {
      const id = parseCall(payload)?.id;
      const count = id === undefined ? undefined : awaited.get(id);
      if (id === undefined || count === undefined) return;
      if (count > 1) awaited.set(id, count - 1);
      else awaited.delete(id);
      outlets.toApplications('command_reply', payload);
    },
    data(payload, stream) {
      outlets.toApplications(`data/${stream}`, payload);
    },
    attributes_get(payload) {
      const keys = parseObject(payload)?.keys;
      outlets.toDevice('attributes_get_response', attributesResponse(attributes, keys));
    },
  };

  return {
    report: (channel, payload, stream) => reports[channel](payload, stream),
    push(payload) {
      if (setAttributes(payload)) outlets.toDevice('attributes_push', payload);
    },
    command(payload) {
      const command = parseCall(payload);
      if (command === undefined) return;
      const { id } = command;
      const [oldest] = awaited.keys();
      if (awaited.size >= MAX_COMMANDS && oldest !== undefined) awaited.delete(oldest);
      if (id !== undefined) awaited.set(id, (awaited.get(id) ?? 0) + 1);
      outlets.toDevice('command_send', payload);
    },
  };
}

const response = (valid: boolean): Buffer =>
  toPayload({
    error_code: valid ? 0 : MALFORMED,
    error_msg: valid ? 'OK' : 'malformed message',
    ts: Date.now(),
  });

function attributesResponse(attributes: ReadonlyMap<string, unknown>, keys: unknown): Buffer {
  if (!Array.isArray(keys)) return response(false);
  const found = keys.filter((key) => attributes.has(key)).map((key) => [key, attributes.get(key)]);
  return toPayload({
    error_code: 0,
    error_msg: '',
    attributes: Object.fromEntries(found),
    ts: Date.now(),
  });
}
