import type { DeviceRule } from '../protocol/device-rules';
import { clonePayload, sameJson } from '../protocol/json';
import { inOrder, isOrder, meantBy, type Operator } from '../protocol/operators';
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
 * between two numbers or two texts only.
 */
function compares(found: unknown, op: Operator, written: unknown): boolean {
  const value = meantBy(written, found);
  if (!isOrder(op)) return sameJson(found, value) === (op === 'eq');
  if (typeof found === 'number' && typeof value === 'number') return inOrder(found, op, value);
  return typeof found === 'string' && typeof value === 'string' && inOrder(found, op, value);
}
