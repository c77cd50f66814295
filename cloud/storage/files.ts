import { type FileHandle, lstat, open, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** In parts, each is made when the one before has been written: whoever makes them takes turns with the rest of the program. */
type Text = string | Iterable<string>;

/** The disk operations in use; tests replace them by ones that fail. */
export interface Disk {
  open(path: string, flags: string): Promise<FileHandle>;
  writeFile(path: string, text: Text, options: { mode: number; flag: string; flush: boolean }): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { force: boolean; recursive?: boolean }): Promise<void>;
}
export const DISK: Disk = { open, writeFile, rename, rm };

/** Milliseconds before each retry: virus scanners and indexers on Windows lock a file for a moment. */
const RETRIES = [20, 60, 200, 500];
const BUSY = new Set(['EPERM', 'EBUSY', 'EACCES']);

export const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/** Retries `what` a few times when the file is busy. */
export async function whenFree<T>(what: () => Promise<T>): Promise<T> {
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
 * Writes `text` to the file `aside` and renames it, so that the file at `path` is complete or not there. When that
 * fails, `aside` is removed. No other writer may use the same `aside`. Without `flush` the file is not synced: after a
 * power cut the last seconds may be lost.
 */
export async function writeWhole(
  path: string,
  text: Text,
  disk: Disk = DISK,
  aside = `${path}.tmp`,
  flush = false,
): Promise<void> {
  // Exclusively: opening a FIFO of that name would block.
  const write = () => disk.writeFile(aside, text, { mode: 0o600, flag: 'wx', flush });
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
    await disk.rm(aside, { force: true }).catch(() => undefined); // the first error is the one to report
    throw error;
  }
}

/** Removes a file, if it is there. */
export const removeFile = (path: string, disk: Disk = DISK): Promise<void> =>
  whenFree(() => disk.rm(path, { force: true }));

/** Renames a file that cannot be read, so that it is not read again. */
export const setAside = (path: string): Promise<void> => whenFree(() => rename(path, `${path}.unreadable`));

/** Whether `path` is a regular file. To open a FIFO or a device could block. */
export const isFile = async (path: string): Promise<boolean> => (await lstat(path)).isFile();
