import { isPlainObject, type PlainObject } from '../protocol/json';
import type { Topic } from '../protocol/topics';

/** What is known of a device from its messages. */
export interface SeenDevice {
  device: string;
  /** From its last `online` message; `undefined` before the first. */
  online?: boolean;
  /** Milliseconds since the epoch. */
  lastSeen: number;
  /** Names, in the order first seen. */
  attributes: string[];
  streams: string[];
  methods: string[];
}

export interface Devices {
  /** Notes a received message. `payload`: its decoded value, or `undefined` if nobody needed it decoded. */
  see(topic: Topic, payload: unknown, now: number): void;
  /** The known devices, the last seen first. */
  list(): SeenDevice[];
}

type Names = (typeof KINDS)[number];

interface Entry extends Partial<Record<Names, string[]>> {
  online?: boolean;
  lastSeen: number;
  /** Seen again since it was added or last spared by {@link forgetSome}. */
  seenAgain: boolean;
}

/** The most devices, names of each kind of one device, and names in all: 50 MB at most. */
const MAX_DEVICES = 10_000;
const MAX_NAMES = 100;
const MAX_NAMES_IN_ALL = 200_000;
const MAX_NAME_LENGTH = 128;
const KINDS = ['attributes', 'streams', 'methods'] as const;

export function createDevices(maxDevices = MAX_DEVICES): Devices {
  const seen = new Map<string, Entry>();
  let names = 0;

  function entryOf(device: string, now: number): Entry {
    let entry = seen.get(device);
    if (entry) {
      entry.lastSeen = now;
      entry.seenAgain = true;
    } else {
      if (seen.size >= maxDevices) forgetSome();
      entry = { lastSeen: now, seenAgain: false };
      seen.set(device, entry);
    }
    return entry;
  }

  /** Removes a tenth of the devices, oldest first. One that has been seen again is spared once (second chance). */
  function forgetSome() {
    let left = Math.ceil(maxDevices / 10);
    for (const [device, entry] of seen) {
      seen.delete(device);
      if (entry.seenAgain) {
        entry.seenAgain = false;
        seen.set(device, entry);
      } else {
        for (const kind of KINDS) names -= entry[kind]?.length ?? 0;
        left -= 1;
        if (left === 0) break;
      }
    }
  }

  const isFull = (known: readonly string[]) => known.length >= MAX_NAMES || names >= MAX_NAMES_IN_ALL;

  /** Adds `name` if it is new. Returns its index in `known`; -1 if it is not added. */
  function note(known: string[], name: unknown): number {
    if (typeof name !== 'string' || name.length > MAX_NAME_LENGTH || isFull(known)) return -1;
    const found = known.indexOf(name);
    if (found >= 0) return found;
    names += 1;
    return known.push(name) - 1;
  }

  /** A device usually reports the same attributes in the same order: then one comparison for each is enough. */
  function noteAll(known: string[], object: PlainObject) {
    let next = 0;
    for (const name in object) {
      if (known[next] !== name) next = note(known, name);
      if (isFull(known)) return;
      next += 1;
    }
  }

  return {
    see(topic, payload, now) {
      if (topic.device.length > MAX_NAME_LENGTH) return;
      const entry = entryOf(topic.device, now);
      if (topic.stream !== undefined) {
        entry.streams ??= [];
        note(entry.streams, topic.stream);
      } else if (!isPlainObject(payload) || topic.channel === 'alarm') {
        return;
      } else if (topic.channel === 'attributes') {
        entry.attributes ??= [];
        noteAll(entry.attributes, payload);
      } else if (topic.channel === 'online') {
        entry.online = payload.online === true;
      } else {
        entry.methods ??= [];
        note(entry.methods, payload.method);
      }
    },
    list: () =>
      [...seen]
        .map(([device, { online, lastSeen, attributes, streams, methods }]) => ({
          device,
          ...(online !== undefined && { online }),
          lastSeen,
          attributes: [...(attributes ?? [])],
          streams: [...(streams ?? [])],
          methods: [...(methods ?? [])],
        }))
        .sort((a, b) => b.lastSeen - a.lastSeen),
  };
}
