import { isPlainObject } from './json';
import type { Topic } from './topics';

/** What has been seen of a device, learned from traffic alone. */
export interface SeenDevice {
  device: string;
  /** `undefined` until an `online` message said. */
  online?: boolean;
  /** Milliseconds since the epoch. */
  lastSeen: number;
  /** Names, in the order first seen. */
  attributes: string[];
  streams: string[];
  methods: string[];
}

export interface Devices {
  /** Notes a message; `payload` is its decoded value, when somebody had it decoded. */
  see(topic: Topic, payload: unknown, now: number): void;
  /** The devices seen, those last seen first. */
  list(): SeenDevice[];
}

type Names = (typeof KINDS)[number];

interface Entry extends Partial<Record<Names, Set<string>>> {
  online?: boolean;
  lastSeen: number;
  /** Seen more than once since it was learned or last spared. */
  again: boolean;
}

/** Devices kept, names of each kind kept of each, and names kept of all: some 50 MB at the very most. */
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
      entry.again = true;
    } else {
      if (seen.size >= maxDevices) forgetSome();
      entry = { lastSeen: now, again: false };
      seen.set(device, entry);
    }
    return entry;
  }

  /** A tenth of them, those known longest first; but one that has been seen again since then is spared once. */
  function forgetSome() {
    let left = Math.ceil(maxDevices / 10);
    for (const [device, entry] of seen) {
      seen.delete(device);
      if (entry.again) {
        entry.again = false;
        seen.set(device, entry);
      } else {
        for (const kind of KINDS) names -= entry[kind]?.size ?? 0;
        left -= 1;
        if (left === 0) break;
      }
    }
  }

  function note(known: Set<string>, name: unknown) {
    if (typeof name !== 'string' || known.has(name) || name.length > MAX_NAME_LENGTH) return;
    if (known.size >= MAX_NAMES || names >= MAX_NAMES_IN_ALL) return;
    known.add(name);
    names += 1;
  }

  return {
    see(topic, payload, now) {
      if (topic.device.length > MAX_NAME_LENGTH) return;
      const entry = entryOf(topic.device, now);
      if (topic.stream !== undefined) {
        entry.streams ??= new Set();
        note(entry.streams, topic.stream);
      } else if (!isPlainObject(payload) || topic.channel === 'alarm') {
        return;
      } else if (topic.channel === 'attributes') {
        entry.attributes ??= new Set();
        for (const name in payload) note(entry.attributes, name);
      } else if (topic.channel === 'online') {
        entry.online = payload.online === true;
      } else {
        entry.methods ??= new Set();
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
