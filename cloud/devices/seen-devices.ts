import type { DeviceMemory } from './known-device';

/** What the pickers are told of a device. */
export interface SeenDevice {
  device: string;
  /** Missing before the first `online` message. */
  online?: boolean;
  /** Milliseconds since the epoch. */
  lastSeen: number;
  /** Names, in the order first seen. */
  attributes: string[];
  streams: string[];
  /** Of events and commands. */
  methods: string[];
}

/** So many devices are enough for the pickers of a form. */
const LISTED = 2_000;
/** Characters of JSON after which the list ends: a device may have made up a thousand names. */
const LARGE = 2_000_000;

/**
 * The `limit` devices that were last heard, the last one first; in the order of their coming where that is equal. There are
 * fewer when their names are many.
 */
export function seenDevices(memory: DeviceMemory, limit = LISTED): SeenDevice[] {
  const seen: SeenDevice[] = [];
  let size = 0;
  for (const { device, online, lastSeen, attributes, streams, events, commands } of memory.latest(limit)) {
    if (size > LARGE) break;
    const row = {
      device,
      ...(online !== null && { online }),
      lastSeen,
      attributes: [...attributes.keys()],
      streams: [...streams],
      methods: [...new Set([...events, ...commands])],
    };
    size += JSON.stringify(row).length;
    seen.push(row);
  }
  return seen;
}
