import {
  type Aliases,
  type DeviceMemory,
  type DeviceReport,
  type DeviceRule,
  inSlices,
  type KnownDevice,
  matchesRules,
  reportOf,
  sortedInSlices,
  type Turn,
} from '../../cloud';
import { type ConfiguredDevices, devicesOf } from '../shared/devices';

/** What a message asks for. */
export interface Question {
  /** Usernames, each once; `undefined`: every known device. */
  devices: readonly string[] | undefined;
  /** One device by its name, so that the answer is not a list. It does not depend on how many are found. */
  one: boolean;
}

const EVERY_DEVICE = '*';
/** So many devices are gone through at once; with more, questions that come together take turns. */
const AT_ONCE = 1_000;

/** The devices that the node names, else the message. Throws `EZT_DEVICE`. */
export function questionOf(
  aliases: Aliases,
  configured: ConfiguredDevices,
  message: Record<string, unknown>,
): Question {
  const named = configured.length > 0 ? configured : message.device;
  const names = [named].flat().flatMap((item) => aliases.namesIn(item) ?? []);
  if (names.includes(EVERY_DEVICE)) return { devices: undefined, one: false };
  const devices = devicesOf(aliases, configured, message);
  const [device, ...more] = devices;
  const one = device !== undefined && more.length === 0 && !names.some((name) => isTag(name, device));
  return { devices, one };

  /** An alias may begin with `#`, too. */
  function isTag(name: string, device: string) {
    return /^[#＃]/.test(name) && aliases.nameOf(device) !== name;
  }
}

/**
 * What is known now of each device of the question for which all `rules` hold; of every device in the order of their
 * usernames, else in the order of the question. A device that was never heard is in it only if there are no rules.
 */
export async function answersTo(
  { devices }: Question,
  rules: readonly DeviceRule[],
  memory: DeviceMemory,
  aliases: Aliases,
  turn: Turn,
): Promise<DeviceReport[]> {
  const now = Date.now();
  const answers: DeviceReport[] = [];
  const fits = (known: KnownDevice) => matchesRules(known, rules, aliases, now);
  const add = (device: string, known: KnownDevice | undefined) => {
    if (rules.length > 0 && !(known && fits(known))) return;
    answers.push(reportOf(device, known, aliases, now));
  };
  if ((devices?.length ?? memory.size) > AT_ONCE) await turn();
  if (devices) {
    await inSlices(devices, (device) => add(device, memory.get(device)), turn);
    return answers;
  }
  // First all that fit, then in order: sorting what is as large as the answer would keep the garbage collector busy.
  const found: KnownDevice[] = [];
  await inSlices(memory.all(), (known) => fits(known) && found.push(known), turn);
  const sorted = await sortedInSlices(found, ({ device }) => device, turn);
  // Asked again, since a device may have spoken meanwhile.
  await inSlices(sorted, (known) => add(known.device, known), turn);
  return answers;
}
