import { EztError, nameProblem, namesIn } from '../../cloud';
import { bad, type Raw, text } from './raw-settings';

type Message = Record<string, unknown>;
/** What the field of a node holds: text that names one or several, or a list from a variable; empty: `msg.device`. */
export type ConfiguredDevices = string | readonly string[];

/** The field `device` of a node. Throws `EZT_CONFIG` for a variable that is not set; names are checked when used. */
export function configuredDevices(raw: Raw): ConfiguredDevices {
  if (!Array.isArray(raw.device)) return text(raw, 'device');
  const names = namesIn(raw.device);
  if (!names) throw bad('device', '[…]');
  return names;
}

/**
 * The devices that the node names, else the message's: a list, or text that separates several; each device once.
 * Throws `EZT_DEVICE` when there is none, or one that cannot be a device.
 */
export function devicesOf(configured: ConfiguredDevices, message: Message): string[] {
  const named = configured.length > 0 ? configured : message.device;
  const devices = namesOf(named).map(usernameOf);
  if (devices.length === 0) throw new EztError('deviceMissing');
  return devices.length === 1 ? devices : [...new Set(devices)];
}

/** As {@link devicesOf}, where only one device can be served. */
export function deviceOf(configured: ConfiguredDevices, message: Message): string {
  const [device = '', ...more] = devicesOf(configured, message);
  if (more.length > 0) throw new EztError('deviceSeveral', { count: more.length + 1 });
  return device;
}

function namesOf(named: unknown): string[] {
  if (named === undefined || named === null) return [];
  if (Array.isArray(named)) return named.flatMap(namesOfItem);
  const names = typeof named === 'string' ? namesIn(named) : undefined;
  if (!names) throw new EztError('deviceInvalid');
  return names;
}

/** An empty item of a list is an error; an empty part of a text, between two commas, is ignored. */
function namesOfItem(item: unknown): string[] {
  const names = Array.isArray(item) ? [] : namesOf(item);
  if (names.length === 0) throw new EztError(Array.isArray(item) ? 'deviceInvalid' : 'deviceMissing');
  return names;
}

/** The username for `name`. Display names of devices could be looked up here. */
function usernameOf(name: string): string {
  const problem = nameProblem(name);
  switch (problem?.is) {
    case undefined:
      return name;
    case 'shape':
      throw new EztError('deviceInvalid');
    case 'variable':
      throw new EztError('deviceVariable');
    case 'character': {
      const { code, position, shown } = problem;
      throw new EztError('deviceCharacter', { device: shown, code, position });
    }
  }
}
