import { lstat, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** What is asked of a disk; tests put one that fails in its place. */
export interface Disk {
  writeFile(path: string, text: string, options: { mode: number; flag: string }): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { force: boolean; recursive?: boolean }): Promise<void>;
}
export const DISK: Disk = { writeFile, rename, rm };

/** Virus scanners and indexers on Windows hold a file for a moment: so long (ms) is waited before each new try. */
const RETRIES = [20, 60, 200, 500];
const BUSY = new Set(['EPERM', 'EBUSY', 'EACCES']);

export const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/** Does `what`, a rename or a removal, again a few times when the file is busy. */
export async function whenFree(what: () => Promise<void>): Promise<void> {
  for (const wait of RETRIES) {
    try {
      return await what();
    } catch (error) {
      if (!BUSY.has(codeOf(error) ?? '')) throw error;
      await delay(wait);
    }
  }
  return what();
}

/**
 * Writes `text` aside and renames it, so that the file at `path` is there whole or not at all; when that fails nothing
 * is left behind. `aside` is its name until then: one that another writer may have, too, will not do. It is not forced to the medium: a power cut may cost the last seconds.
 */
export async function writeWhole(
  path: string,
  text: string,
  disk: Disk = DISK,
  aside = `${path}.tmp`,
): Promise<void> {
  // Exclusively: opening e.g. a FIFO of that name would wait for ever.
  const write = () => disk.writeFile(aside, text, { mode: 0o600, flag: 'wx' });
  try {
    try {
      await write();
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      await disk.rm(aside, { force: true, recursive: true });
      await write();
    }
    await whenFree(() => disk.rename(aside, path));
  } catch (error) {
    await disk.rm(aside, { force: true }).catch(() => undefined); // `error` says more
    throw error;
  }
}

/** Removes a file; one that is not there is as well. */
export const removeFile = (path: string, disk: Disk = DISK): Promise<void> =>
  whenFree(() => disk.rm(path, { force: true }));

/** Gives what cannot be read another name, so that it is looked at once. */
export const setAside = (path: string): Promise<void> => whenFree(() => rename(path, `${path}.unreadable`));

/** Whether `path` is a regular file. A FIFO or a device is not even opened: that could wait for ever. */
export const isFile = async (path: string): Promise<boolean> => (await lstat(path)).isFile();
