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

interface Entry {
  online?: boolean;
  lastSeen: number;
  attributes: Set<string>;
  streams: Set<string>;
  methods: Set<string>;
}

/** Devices kept, names of each kind kept of each, and names kept of all: some 50 MB at the very most. */
const MAX_DEVICES = 10_000;
const MAX_NAMES = 100;
const MAX_NAMES_IN_ALL = 200_000;
const MAX_NAME_LENGTH = 128;

export function createDevices(maxDevices = MAX_DEVICES): Devices {
  const seen = new Map<string, Entry>();
  let names = 0;

  function entryOf(device: string, now: number): Entry {
    let entry = seen.get(device);
    if (!entry) {
      if (seen.size >= maxDevices) forgetOldest();
      entry = { lastSeen: now, attributes: new Set(), streams: new Set(), methods: new Set() };
      seen.set(device, entry);
    }
    entry.lastSeen = now;
    return entry;
  }

  /** A tenth at a time, so that a full list costs little per new device. */
  function forgetOldest() {
    const oldest = [...seen]
      .sort(([, a], [, b]) => a.lastSeen - b.lastSeen)
      .slice(0, Math.ceil(maxDevices / 10));
    for (const [device, { attributes, streams, methods }] of oldest) {
      names -= attributes.size + streams.size + methods.size;
      seen.delete(device);
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
        note(entry.streams, topic.stream);
      } else if (isPlainObject(payload)) {
        if (topic.channel === 'attributes') for (const name in payload) note(entry.attributes, name);
        else if (topic.channel === 'online') entry.online = payload.online === true;
        else if (topic.channel !== 'alarm') note(entry.methods, payload.method);
      }
    },
    list: () =>
      [...seen]
        .map(([device, { attributes, streams, methods, ...rest }]) => ({
          device,
          ...rest,
          attributes: [...attributes],
          streams: [...streams],
          methods: [...methods],
        }))
        .sort((a, b) => b.lastSeen - a.lastSeen),
  };
}
