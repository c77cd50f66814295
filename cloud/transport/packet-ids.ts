import { randomInt } from 'node:crypto';
import type { IClientOptions } from 'mqtt';

export type PacketIds = NonNullable<IClientOptions['messageIdProvider']> & {
  /** Whether a packet with this identifier awaits its answer. */
  isTaken(id: number): boolean;
};

const MAX_ID = 65_535;

/**
 * Packet identifiers of one connection, for this code and for mqtt.js. They start at a random number: a session may
 * still hold QoS 2 messages of an earlier process, and would take new messages with the same identifiers for those.
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
