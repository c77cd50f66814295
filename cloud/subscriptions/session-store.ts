import { mkdirSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The filters that the broker holds for a persistent session, remembered over restarts: what the flows no longer
 * want must be unsubscribed, and the broker tells nobody what it holds.
 */
export interface SessionMemory {
  /** The filters of the session's last life. */
  readonly filters: readonly string[];
  save(filters: Iterable<string>): Promise<void>;
}

interface Saved {
  clientId: string;
  filters: string[];
}

/** `directory`: `undefined` remembers nothing beyond this process. The session is that of `clientId`. */
export function openSessionMemory(directory: string | undefined, clientId: string): SessionMemory {
  if (directory === undefined) return { filters: [], save: () => Promise.resolve() };
  const file = join(directory, 'session.json');
  const saved = read(file);
  let written = '';
  let tail = Promise.resolve();
  return {
    filters: saved?.clientId === clientId ? saved.filters : [],
    save(filters) {
      const text = JSON.stringify({ clientId, filters: [...filters] } satisfies Saved);
      if (text === written) return tail;
      written = text;
      tail = tail.then(async () => {
        if (text !== written) return; // a later one follows
        mkdirSync(directory, { recursive: true, mode: 0o700 });
        await writeFile(`${file}.tmp`, text, { mode: 0o600 });
        await rename(`${file}.tmp`, file);
      });
      return tail;
    },
  };
}

function read(file: string): Saved | undefined {
  try {
    const { clientId, filters } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Saved>;
    const valid =
      typeof clientId === 'string' && Array.isArray(filters) && filters.every((f) => typeof f === 'string');
    return valid ? { clientId, filters } : undefined;
  } catch {
    return undefined; // none yet, or torn by hand: at worst a filter is held too many
  }
}
