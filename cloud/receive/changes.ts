import { sizeOf } from '../devices/value-size';
import { type Deadband, exceeds } from '../protocol/deadband';
import { clonePayload, type PlainObject, sameJson } from '../protocol/json';
import type { ChangesOnly, LastSent } from '../subscriptions/listener';

// What differs from what a node has sent last. What it has never sent, or what is not remembered, differs always: so a
// flow may get a value twice, but never misses one.

/** The most attributes remembered of a device, as in the device memory; of a name, and rough bytes of a value. */
const MAX_ATTRIBUTES = 1_000;
const MAX_NAME_LENGTH = 128;
const MAX_SIZE = 16 * 1024;

export type State = 'alarm' | 'online';

/** Those of the attributes `names` that differ from what was sent last, and what that was. They count as sent from now on. */
export function takeChanged(
  changes: ChangesOnly,
  device: string,
  attributes: PlainObject,
  names: readonly string[],
): { names: string[]; previous: PlainObject } {
  const before = changes.sent.get(device)?.attributes ?? NOTHING;
  const changed: string[] = [];
  const previous: PlainObject = {};
  for (let i = 0; i < names.length; i += 1) {
    const name = names[i] as string;
    const value = attributes[name];
    const last = before[name];
    if (value === last || !differs(value, last, changes.deadband)) continue;
    changed.push(name);
    if (Object.hasOwn(before, name)) previous[name] = last;
  }
  if (changed.length > 0) noteSent(changes, device, attributes, changed);
  return { names: changed, previous };
}

const NOTHING: PlainObject = {};

/** `last` may be a member that every object has, such as `constructor`: no JSON value equals that. */
const differs = (value: unknown, last: unknown, deadband: Deadband | undefined): boolean =>
  deadband && typeof value === 'number' && typeof last === 'number'
    ? exceeds(value, last, deadband)
    : !sameJson(value, last);

/** The attributes `names` have been sent. */
export function noteSent(
  { sent }: ChangesOnly,
  device: string,
  attributes: PlainObject,
  names: readonly string[],
): void {
  const last = sent.get(device) ?? {};
  const values = last.attributes ?? {};
  let free: number | undefined;
  for (const name of names) {
    const known = Object.hasOwn(values, name);
    const value = attributes[name];
    if (!fits(value)) {
      if (known) delete values[name];
      continue;
    }
    if (!known) {
      if (name.length > MAX_NAME_LENGTH) continue;
      free ??= MAX_ATTRIBUTES - Object.keys(values).length;
      if (free <= 0) continue;
      free -= 1;
    }
    values[name] = clonePayload(value); // the flow may change its own
  }
  last.attributes = values;
  sent.set(device, last);
}

/** Whether an alarm or online state differs from what was sent last, and what that was. It counts as sent from now on. */
export function takeState(
  changes: ChangesOnly,
  device: string,
  state: State,
  value: boolean,
): { differs: boolean; previous: boolean | undefined } {
  const previous = changes.sent.get(device)?.[state];
  if (previous === value) return { differs: false, previous };
  noteState(changes, device, state, value);
  return { differs: true, previous };
}

/** The state has been sent. */
export function noteState({ sent }: ChangesOnly, device: string, state: State, value: boolean): void {
  const last: LastSent = sent.get(device) ?? {};
  last[state] = value;
  sent.set(device, last);
}

const fits = (value: unknown): boolean => sizeOf(value, MAX_SIZE) <= MAX_SIZE;
