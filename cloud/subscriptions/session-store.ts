import { lstatSync, readFileSync, renameSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EztError } from '../protocol/errors';
import { codeOf, DISK, type Disk, writeWhole } from '../storage/files';

/**
 * The filters that the broker holds for a persistent session, stored over restarts. Filters that the flows no longer
 * want must be unsubscribed, and MQTT has no way to ask the broker which ones it holds.
 */
export interface SessionStore {
  /** The filters that the session held when an earlier process ended; none from the second call on. */
  takeFilters(): readonly string[];
  /** Rejects with the error of the disk; the next call tries again. */
  save(filters: Iterable<string>): Promise<void>;
}

interface Saved {
  clientId: string;
  filters: string[];
}

/**
 * `directory`: `undefined` stores nothing. Filters of another `clientId` are ignored. `onError` gets an error
 * (`EZT_STORE`) when something that is not a file was in the file's place and has been renamed.
 */
export function openSessionStore(
  directory: string | undefined,
  clientId: string,
  onError: (error: unknown) => void,
  disk: Disk = DISK,
): SessionStore {
  if (directory === undefined) return { takeFilters: () => [], save: () => Promise.resolve() };
  const file = join(directory, 'session.json');
  const saved = read(file, onError);
  let filters = saved?.clientId === clientId ? saved.filters : [];
  /** What is on disk once `tail` has ended. */
  let latest = '';
  let tail = Promise.resolve();
  return {
    takeFilters() {
      const taken = filters;
      filters = [];
      return taken;
    },
    save(held) {
      const text = JSON.stringify({ clientId, filters: [...held] } satisfies Saved);
      if (text === latest) return tail;
      latest = text;
      const write = async () => {
        if (text !== latest) return; // a later one follows
        try {
          await mkdir(directory, { recursive: true, mode: 0o700 });
          await writeWhole(file, text, disk);
        } catch (error) {
          if (text === latest) latest = '';
          throw error;
        }
      };
      tail = tail.then(write, write); // an earlier failure was reported to its caller
      return tail;
    },
  };
}

function read(file: string, onError: (error: unknown) => void): Saved | undefined {
  try {
    // A FIFO must not be opened: that would block.
    if (!lstatSync(file).isFile()) {
      renameSync(file, `${file}.unreadable`);
      onError(new EztError('diskUnreadable', { file: `${file}.unreadable` }));
      return undefined;
    }
    const { clientId, filters } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Saved>;
    const valid =
      typeof clientId === 'string' && Array.isArray(filters) && filters.every((f) => typeof f === 'string');
    return valid ? { clientId, filters } : undefined;
  } catch (error) {
    // An invalid file is ignored: at worst the broker holds a filter too many. Disk errors have a code.
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== undefined) onError(error);
    return undefined;
  }
}
