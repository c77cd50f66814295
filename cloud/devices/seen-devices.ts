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

/** The `limit` devices that were last heard, the last one first; in the order of their coming where that is equal. */
export function seenDevices(memory: DeviceMemory, limit = LISTED): SeenDevice[] {
  return memory.latest(limit).map(({ device, online, lastSeen, attributes, streams, events, commands }) => ({
    device,
    ...(online !== null && { online }),
    lastSeen,
    attributes: [...attributes.keys()],
    streams: [...streams],
    methods: [...new Set([...events, ...commands])],
  }));
}
