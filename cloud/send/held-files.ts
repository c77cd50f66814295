import { acceptedNow } from './age';
import type { Held } from './held-by-device';
import type { HeldStore } from './held-store';
import { asStoreError } from './writing';

/** The files of held commands: each has one while it is held, and until it goes to the broker. */
export interface HeldFiles {
  /** Writes it, unless it is on disk or nothing is to be. Rejects with `EZT_STORE`. */
  write(held: Held): Promise<void>;
  remove(held: Held): void;
}

/** `isHeld`: whether a command still is when it has been written. */
export function createHeldFiles(store: HeldStore | undefined, isHeld: (held: Held) => boolean): HeldFiles {
  return {
    async write(held) {
      if (!store?.keeps || held.file !== undefined) return;
      const isWanted = () => isHeld(held) && held.file === undefined;
      try {
        const [file] = await store.write([held.message], acceptedNow(), held.holdFor, isWanted);
        if (isWanted()) held.file = file;
        else if (file !== undefined) store.remove(file); // sent or closed while it was being written
      } catch (error) {
        throw asStoreError(error);
      }
    },
    remove(held) {
      if (held.file !== undefined) store?.remove(held.file);
      held.file = undefined;
    },
  };
}
