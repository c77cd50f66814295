import { randomInt } from 'node:crypto';
import { MAX_ID } from '../protocol/encoding';
import { EztError } from '../protocol/errors';

/** At least so many ids that flows chose are remembered, at most twice as many (4 MB). */
const BROUGHT = 50_000;

/**
 * The id of the next command to `device`: `brought`, the id that the flow chose, if no command in flight to the device has
 * it (else throws `EZT_PAYLOAD`). Without one it is a new id, 1 … 2³¹−1, unlike any recent one.
 */
export type CommandIds = (device: string, brought?: number) => number;

export function createCommandIds(inFlight: (device: string, id: number) => boolean): CommandIds {
  // A random start: ids of two Node-REDs, or from before and after a restart, are unlikely to be equal.
  let last = randomInt(MAX_ID);
  /** Ids that flows chose, which an ascending id must not repeat: the latest, and those before. */
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
