import { randomInt } from 'node:crypto';
import { MAX_ID } from '../protocol/encoding';
import { EztError } from '../protocol/errors';

/** So many ids that flows brought are remembered, and up to twice as many: some 4 MB at most. */
const BROUGHT = 50_000;

/**
 * The id of the next command to `device`: the one that the flow `brought`, if no command in flight to the device has
 * it (else throws `EZT_PAYLOAD`); without one a new id, 1 … 2³¹−1, unlike the last 10,000 and more of the device.
 */
export type CommandIds = (device: string, brought?: number) => number;

export function createCommandIds(inFlight: (device: string, id: number) => boolean): CommandIds {
  // Random at first: ids of two Node-REDs, or of one before and after a restart, hardly meet.
  let last = randomInt(MAX_ID);
  /** Ascending ids repeat none of their own for 2³¹ commands, but could meet these: the latest, and those before. */
  let brought = new Set<number>();
  let broughtBefore = new Set<number>();

  function remember(id: number) {
    brought.add(id);
    if (brought.size < BROUGHT) return;
    broughtBefore = brought;
    brought = new Set();
  }

  return (device, given) => {
    if (given === undefined) {
      do last = (last % MAX_ID) + 1;
      while (brought.has(last) || broughtBefore.has(last) || inFlight(device, last));
      return last;
    }
    if (inFlight(device, given)) throw new EztError('idInFlight', { id: given, device });
    remember(given);
    return given;
  };
}
