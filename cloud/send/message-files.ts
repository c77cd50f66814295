import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Outgoing } from '../transport/packets';

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
}

/** Microseconds since the epoch, with leading zeros: the order of names is that of acceptance. */
const NAME = /^0\d{16}\.json$/;

/** `accepts`: whether a topic found on disk is one that may be sent; a broker hangs up on some. */
export function openMessageFiles(directory: string, accepts: (topic: string) => boolean): MessageFiles {
  // Names of one life follow each other; those of a later one come after, even if the clock was set back.
  let last = 0;
  const newName = () => {
    last = Math.max(last + 1, Date.now() * 1000);
    return `${String(last).padStart(17, '0')}.json`;
  };
  const makeDirectory = () => mkdir(directory, { recursive: true, mode: 0o700 });

  async function read(name: string): Promise<Kept | undefined> {
    const text = await readFile(join(directory, name), 'utf8');
    const found = NAME.test(name) ? parse(text) : undefined;
    return found && accepts(found.message.topic) ? { name, ...found } : undefined;
  }

  async function writeAside(path: string, text: string): Promise<void> {
    await writeFile(`${path}.tmp`, text, { mode: 0o600 });
    await rename(`${path}.tmp`, path);
  }

  return {
    async load() {
      await makeDirectory();
      const kept: Kept[] = [];
      const unreadable: string[] = [];
      for (const name of (await readdir(directory)).sort()) {
        if (name.endsWith('.json.tmp')) await rm(join(directory, name), { force: true, recursive: true });
        if (!name.endsWith('.json')) continue;
        const found = await read(name).catch(() => undefined); // e.g. a directory: set aside, and told
        if (found) {
          kept.push(found);
          last = Math.max(last, Number.parseInt(name, 10));
        } else {
          unreadable.push(name);
          await rename(join(directory, name), join(directory, `${name}.unreadable`));
        }
      }
      return { kept, unreadable };
    },
    async write({ topic, payload, qos }, expires) {
      const name = newName();
      const path = join(directory, name);
      const text = JSON.stringify({ topic, qos, expires, payload: payload.toString('base64') });
      try {
        await writeAside(path, text);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        await makeDirectory(); // somebody tidied up
        await writeAside(path, text);
      }
      return name;
    },
    remove: (name) => rm(join(directory, name), { force: true }),
  };
}

function parse(text: string): { message: Outgoing; expires: number } | undefined {
  try {
    const { topic, qos, expires, payload } = JSON.parse(text) as Record<string, unknown>;
    if (typeof topic !== 'string' || typeof expires !== 'number' || typeof payload !== 'string')
      return undefined;
    if (qos !== 0 && qos !== 1 && qos !== 2) return undefined;
    return { message: { topic, payload: Buffer.from(payload, 'base64'), qos }, expires };
  } catch {
    return undefined; // torn, or not ours
  }
}
