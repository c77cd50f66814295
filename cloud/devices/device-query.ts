import type { DeviceRule, Operator } from '../protocol/device-rules';
import { clonePayload, isPlainObject } from '../protocol/json';
import type { KnownDevice } from './known-device';

/** What people call devices. */
export interface DeviceLabels {
  nameOf(device: string): string | undefined;
  /** Without `#`. */
  tagsOf(device: string): readonly string[];
}

/** What is known of a device, as `ezt-device` sends it. Times in milliseconds since the epoch. */
export type DeviceReport =
  | { device: string; known: false }
  | {
      device: string;
      /** Its alias, if it has one. */
      name?: string;
      known: true;
      /** `null`: not known yet. */
      online: boolean | null;
      alarm: boolean | null;
      lastSeen: number;
      /** Milliseconds since `lastSeen`. */
      age: number;
      /** The last value of each attribute, by identifier; of one too large to be remembered there is only the time. */
      attributes: Record<string, unknown>;
      /** When each of them came. */
      times: Record<string, number>;
    };

/** What is known of `device` at `now`; the values are copies. `known`: `undefined` if it has never been heard. */
export function reportOf(
  device: string,
  known: KnownDevice | undefined,
  labels: DeviceLabels,
  now: number,
): DeviceReport {
  if (!known) return { device, known: false };
  const name = labels.nameOf(device);
  const { online, alarm, lastSeen } = known;
  const attributes: Record<string, unknown> = {};
  const times: Record<string, number> = {};
  for (const [identifier, { value, at }] of known.attributes) {
    // It would become the prototype; what is decoded never has it.
    if (identifier === '__proto__') continue;
    if (value !== undefined) attributes[identifier] = clonePayload(value);
    times[identifier] = at;
  }
  const age = Math.max(0, now - lastSeen);
  // Written out, not spread: a hundred thousand objects share two hidden classes.
  return name === undefined
    ? { device, known: true, online, alarm, lastSeen, age, attributes, times }
    : { device, name, known: true, online, alarm, lastSeen, age, attributes, times };
}

/** Whether every rule holds for a device at `now`. */
export function matchesRules(
  known: KnownDevice,
  rules: readonly DeviceRule[],
  labels: Pick<DeviceLabels, 'tagsOf'>,
  now: number,
): boolean {
  return rules.every((rule) => holds(known, rule, labels, now));
}

function holds(
  known: KnownDevice,
  rule: DeviceRule,
  labels: Pick<DeviceLabels, 'tagsOf'>,
  now: number,
): boolean {
  const { op, value } = rule;
  switch (rule.field) {
    case 'online':
      return compares(known.online, op, value);
    case 'alarm':
      return compares(known.alarm, op, value);
    case 'tag':
      return labels.tagsOf(known.device).some((tag) => tag === value) === (op === 'eq');
    case 'silent':
      return compares(Math.max(0, now - known.lastSeen) / 1000, op, value);
    case 'attribute':
      return compares(known.attributes.get(rule.attribute)?.value, op, value);
  }
}

/**
 * `neq` is true whenever `eq` is not, also for what is missing (`undefined`) or of another type. An order holds
 * between two numbers or two texts only; texts by UTF-16 code units, so that ISO times come in order.
 */
function compares(found: unknown, op: Operator, value: unknown): boolean {
  if (op === 'eq') return sameValue(found, value);
  if (op === 'neq') return !sameValue(found, value);
  if (typeof found === 'number' && typeof value === 'number') return inOrder(found, op, value);
  return typeof found === 'string' && typeof value === 'string' && inOrder(found, op, value);
}

function inOrder<T extends number | string>(found: T, op: Operator, value: T): boolean {
  switch (op) {
    case 'gt':
      return found > value;
    case 'gte':
      return found >= value;
    case 'lt':
      return found < value;
    case 'lte':
      return found <= value;
    default:
      return false;
  }
}

/** Whether two JSON values are the same, the order of keys apart. `found` must have an end, `value` may be anything. */
export function sameValue(found: unknown, value: unknown): boolean {
  if (found === value) return true;
  if (Array.isArray(found)) {
    return (
      Array.isArray(value) &&
      found.length === value.length &&
      found.every((item, i) => sameValue(item, value[i]))
    );
  }
  if (!isPlainObject(found) || !isPlainObject(value)) return false;
  const keys = Object.keys(found);
  return (
    keys.length === Object.keys(value).length &&
    keys.every((key) => Object.hasOwn(value, key) && sameValue(found[key], value[key]))
  );
}
