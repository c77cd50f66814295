import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Qos } from './filters';
import type { Outgoing } from './outbox';

/** A message that was accepted in an earlier life. */
export interface Kept {
  name: string;
  message: Outgoing;
  /** Milliseconds since the epoch. */
  expires: number;
}

/**
 * Messages on disk, one small JSON file each, named in the order of acceptance. A file appears whole or not at
 * all (written aside, then renamed), so nothing that ends the process can tear it; what is unreadable all the
 * same is set aside. It is not forced to the medium: a power cut may cost the last seconds.
 */
export interface MessageFiles {
  /** What is there from before, oldest first; and the names of the files that could not be read. */
  load(): Promise<{ kept: Kept[]; unreadable: string[] }>;
  /** Resolves with the file's name when the message is on disk. */
  write(message: Outgoing, expires: number): Promise<string>;
  remove(name: string): Promise<void>;
  /** Removes everything. */
  clear(): Promise<void>;
}

const SUFFIX = '.json';

export function openMessageFiles(directory: string): MessageFiles {
  // Names of one life follow each other; those of a later one come after, even if the clock was set back.
  let last = 0;
  const newName = () => {
    last = Math.max(last + 1, Date.now() * 1000);
    return `${String(last).padStart(17, '0')}${SUFFIX}`;
  };

  return {
    async load() {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const kept: Kept[] = [];
      const unreadable: string[] = [];
      for (const name of (await readdir(directory)).sort()) {
        const path = join(directory, name);
        if (!name.endsWith(SUFFIX)) {
          if (name.endsWith('.tmp')) await rm(path, { force: true });
          continue;
        }
        const found = parse(await readFile(path, 'utf8'));
        if (found) {
          kept.push({ name, ...found });
          last = Math.max(last, Number.parseInt(name, 10));
        } else {
          unreadable.push(name);
          await rename(path, `${path}.unreadable`);
        }
      }
      return { kept, unreadable };
    },
    async write({ topic, payload, qos }, expires) {
      const name = newName();
      const path = join(directory, name);
      await writeFile(
        `${path}.tmp`,
        JSON.stringify({ topic, qos, expires, payload: payload.toString('base64') }),
        {
          mode: 0o600,
        },
      );
      await rename(`${path}.tmp`, path);
      return name;
    },
    remove: (name) => rm(join(directory, name), { force: true }),
    clear: () => rm(directory, { recursive: true, force: true }),
  };
}

function parse(text: string): { message: Outgoing; expires: number } | undefined {
  try {
    const { topic, qos, expires, payload } = JSON.parse(text) as Record<string, unknown>;
    if (typeof topic !== 'string' || typeof expires !== 'number' || typeof payload !== 'string')
      return undefined;
    if (qos !== 0 && qos !== 1 && qos !== 2) return undefined;
    return { message: { topic, payload: Buffer.from(payload, 'base64'), qos: qos satisfies Qos }, expires };
  } catch {
    return undefined; // torn, or not ours
  }
}
