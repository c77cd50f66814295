import { type Aliases, EztError, nameProblem, namesIn } from '../../cloud';
import { allNames, bad, type Raw, text } from './raw-settings';

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
 * The usernames of the devices that the node names, else the message: a list, or text that separates several; each
 * an alias, a `#tag` or a username. Each device comes once. Throws `EZT_DEVICE` when there is none, or one that cannot
 * be a device.
 */
export function devicesOf(aliases: Aliases, configured: ConfiguredDevices, message: Message): string[] {
  const named = configured.length > 0 ? configured : message.device;
  const names = namesOf(aliases, named);
  const devices = (names.length > 1 ? eachOnce(names) : names).flatMap(aliases.usernames);
  if (devices.length === 0) throw new EztError('deviceMissing');
  return devices.length === 1 ? devices : eachOnce(devices);
}

/** Of names before they are looked up, too: a thousand times the tag of a thousand devices is a million. */
const eachOnce = (names: readonly string[]): string[] => [...new Set(names)];

/** Whether {@link devicesOf} names a list, even if it holds one device only: its results are to be collected. */
export function namesList(aliases: Aliases, configured: ConfiguredDevices, message: Message): boolean {
  const named = configured.length > 0 ? configured : message.device;
  if (typeof named !== 'string') return Array.isArray(named);
  if (aliases.isAlias(named)) return false;
  return /^\s*[#＃[]/.test(named) || (aliases.namesIn(named)?.length ?? 0) > 1;
}

/**
 * The usernames that the field `devices` of a node means, looked up when the node starts; a field with nothing in it
 * gives none. Throws `EZT_DEVICE` for an unknown tag or an ambiguous name, `EZT_CONFIG` for what cannot be a device.
 */
export function listenedDevices(aliases: Aliases, option: string, items: readonly string[]): string[] {
  const names = eachOnce(items.flatMap((item) => aliases.namesIn(item) ?? []));
  const devices = names.flatMap((name) => aliases.find(name) ?? allNames(option, [name], nameProblem));
  if (items.length > 0 && devices.length === 0) throw bad(option, 'names of devices'); // nothing means every device
  return eachOnce(devices);
}

/**
 * The usernames that the field `device` names; none where `msg.device` does. `undefined`: it names what cannot be a
 * device, so every message will fail.
 */
export function namedInNode(aliases: Aliases, configured: ConfiguredDevices): string[] | undefined {
  if (configured.length === 0) return [];
  try {
    return devicesOf(aliases, configured, {});
  } catch (error) {
    if (error instanceof EztError) return undefined;
    throw error;
  }
}

function namesOf(aliases: Aliases, named: unknown): string[] {
  if (named === undefined || named === null) return [];
  if (Array.isArray(named)) return named.flatMap((item) => namesOfItem(aliases, item));
  const names = typeof named === 'string' ? aliases.namesIn(named) : undefined;
  if (!names) throw new EztError('deviceInvalid');
  return names;
}

/** An empty item of a list is an error; an empty part of a text, between two commas, is ignored. */
function namesOfItem(aliases: Aliases, item: unknown): string[] {
  const names = Array.isArray(item) ? [] : namesOf(aliases, item);
  if (names.length === 0) throw new EztError(Array.isArray(item) ? 'deviceInvalid' : 'deviceMissing');
  return names;
}
