import { clonePayload, type PlainObject } from '../protocol/json';
import { type Budget, indexIn, type NameList, type NameLists } from './name-lists';
import { placeOf, type RememberedDevice } from './remembered-device';
import { sizeOf } from './value-size';

/** The attributes of all devices, within bounds. */
export interface AttributeValues {
  /** Learns from a message of `device`. */
  set(device: RememberedDevice, payload: PlainObject, now: number): void;
  /** Gives a new device attributes that were saved: of each the time, the value and the one before. */
  restore(device: RememberedDevice, names: readonly string[], saved: readonly SavedAttribute[]): void;
  /** The device is forgotten. */
  release(device: RememberedDevice): void;
}

/** `undefined` where there is no value, or none is held. */
export type SavedAttribute = readonly [at: number, value: unknown, previous: unknown];

/** The most attributes of one device, and of all. */
const MAX_ATTRIBUTES = 1_000;
const MAX_IN_ALL = 2_000_000;
const MAX_NAME_LENGTH = 128;
/** Rough bytes: of a value that is text or nested, and of those of one device. */
const MAX_VALUE = 16 * 1024;
const MAX_OF_DEVICE = 256 * 1024;

export function createAttributeValues(lists: NameLists, budget: Budget): AttributeValues {
  let inAll = 0;

  /** Makes place for more attributes; returns how many fit. */
  function extend(device: RememberedDevice, fresh: readonly string[]): readonly string[] {
    const known = device.attributeNames.names.length;
    const room = Math.min(MAX_ATTRIBUTES - known, MAX_IN_ALL - inAll);
    const names = fresh.filter(({ length }) => length <= MAX_NAME_LENGTH).slice(0, room);
    const list: NameList | undefined | false = names.length > 0 && lists.extend(device.attributeNames, names);
    if (!list) return [];
    device.attributeNames = list;
    device.numbers = device.numbers.concat(names.flatMap(() => EMPTY));
    inAll += names.length;
    return names;
  }

  function set(device: RememberedDevice, index: number, value: unknown, now: number, own = clonePayload) {
    const { numbers } = device;
    const place = placeOf(index);
    numbers[place] = now;
    numbers[place + 2] = numbers[place + 1] as number;
    const isNumber = typeof value === 'number';
    numbers[place + 1] = isNumber ? value + 0 : Number.NaN; // -0 is 0, as it would be on disk
    if (!isNumber || device.others) setOther(device, 2 * index, isNumber ? undefined : value, own);
  }

  /** Sets a value that is no number, and moves the one before. */
  function setOther(device: RememberedDevice, index: number, value: unknown, own: typeof clonePayload) {
    const others = othersOf(device, index);
    if (value === undefined && others[index] === undefined && others[index + 1] === undefined) return;
    letGo(device, others[index + 1]);
    others[index + 1] = others[index];
    others[index] = hold(device, value, own);
  }

  /** With a place at `index`; not longer than needed. */
  function othersOf(device: RememberedDevice, index: number): unknown[] {
    const others = device.others ?? [];
    if (index < others.length) return others;
    const missing = 2 * device.attributeNames.names.length - others.length;
    device.others = others.concat(new Array(missing).fill(undefined));
    return device.others;
  }

  /** What is remembered of `value`: text and nested values only if there is room. */
  function hold(device: RememberedDevice, value: unknown, own: typeof clonePayload): unknown {
    if (!takesRoom(value)) return value;
    const size = sizeOf(value, MAX_VALUE);
    if (size > Math.min(MAX_VALUE, MAX_OF_DEVICE - device.held, budget.left)) return undefined;
    device.held += size;
    budget.left -= size;
    return own(value);
  }

  function letGo(device: RememberedDevice, value: unknown) {
    if (!takesRoom(value)) return;
    const size = sizeOf(value, MAX_VALUE);
    device.held -= size;
    budget.left += size;
  }

  return {
    set(device, payload, now) {
      const { attributeNames } = device;
      let fresh: string[] | undefined;
      let guess = 0;
      for (const name in payload) {
        const index = indexIn(attributeNames, name, guess);
        if (index >= 0) {
          set(device, index, payload[name], now);
          guess = index + 1;
        } else {
          fresh ??= [];
          // No more of a hostile message than could be taken. What is known may still follow.
          if (fresh.length < MAX_ATTRIBUTES) fresh.push(name);
        }
      }
      if (!fresh) return;
      const known = attributeNames.names.length;
      for (const [i, name] of extend(device, fresh).entries()) set(device, known + i, payload[name], now);
    },
    restore(device, names, saved) {
      for (const i of extend(device, names).keys()) {
        const [at, value, previous] = saved[i] as SavedAttribute;
        if (previous !== undefined) set(device, i, previous, at, asItIs);
        set(device, i, value, at, asItIs);
      }
    },
    release(device) {
      budget.left += device.held;
      inAll -= device.attributeNames.names.length;
      lists.release(device.attributeNames);
    },
  };
}

/** The numbers of an attribute that has not come. */
const EMPTY = [Number.NaN, Number.NaN, Number.NaN];

const asItIs = (value: unknown): unknown => value;

/** Whether `value` takes room of its own. */
const takesRoom = (value: unknown): boolean =>
  typeof value === 'string' || (typeof value === 'object' && value !== null);
