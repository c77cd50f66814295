import { randomInt } from 'node:crypto';
import type { IClientOptions } from 'mqtt';

export type PacketIds = NonNullable<IClientOptions['messageIdProvider']> & {
  /** Whether a packet with this identifier awaits its answer. */
  isTaken(id: number): boolean;
};

const MAX_ID = 65_535;

/**
 * Packet identifiers of one connection, for ourselves and mqtt.js. They begin anywhere: with those that a process before this
 * one began with, a session that holds its QoS 2 messages half done would take new messages for them.
 */
export function createPacketIds(): PacketIds {
  const taken = new Set<number>();
  let last = randomInt(MAX_ID) + 1;
  return {
    allocate() {
      if (taken.size === MAX_ID) return null;
      do last = (last % MAX_ID) + 1;
      while (taken.has(last));
      taken.add(last);
      return last;
    },
    getLastAllocated: () => last,
    register(id) {
      if (taken.has(id)) return false;
      taken.add(id);
      return true;
    },
    deallocate(id) {
      taken.delete(id);
    },
    isTaken: (id) => taken.has(id),
    clear() {
      taken.clear();
    },
  };
}
