import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, DISK, type Disk, isFile, removeFile, setAside, writeWhole } from '../storage/files';
import type { Outgoing } from '../transport/publish-packets';
import type { Accepted } from './age';

/** A message that was accepted in an earlier life. */
export interface StoredMessage {
  name: string;
  message: Outgoing;
  accepted: Accepted;
  /** Milliseconds from acceptance to expiry. */
  lifetime: number;
}

/**
 * Messages on disk, one small JSON file each, named in the order of acceptance. A file appears whole or not at
 * all (written aside, then renamed), so nothing that ends the process can tear it; what is unreadable all the
 * same is set aside.
 */
export interface MessageFiles {
  /**
   * What is there from before, oldest first; and the names of the files that could not be read. One of them keeps
   * nothing else back: `onError` is told what could not even be set aside.
   */
  load(onError: (error: unknown) => void): Promise<{ messages: StoredMessage[]; unreadable: string[] }>;
  /** Resolves with the file's name when the message is on disk. */
  write(message: Outgoing, accepted: Accepted, lifetime: number): Promise<string>;
  remove(name: string): Promise<void>;
}

/** Microseconds since the epoch, with leading zeros: the order of names is that of acceptance. */
const NAME = /^0\d{16}\.json$/;
/** The year 2255. Beyond 2⁵³ a number has no successor: many messages would get one name. */
const LAST_NUMBER = 9e15;

/** `accepts`: whether a topic found on disk is one that may be sent; a broker hangs up on some. */
export function openMessageFiles(
  directory: string,
  accepts: (topic: string) => boolean,
  disk: Disk = DISK,
): MessageFiles {
  // Names of one life follow each other; those of a later one come after, even if the clock was set back.
  let last = 0;
  const newName = () => {
    last = Math.max(last + 1, Date.now() * 1000);
    return `${String(last).padStart(17, '0')}.json`;
  };
  const makeDirectory = () => mkdir(directory, { recursive: true, mode: 0o700 });

  async function read(name: string): Promise<StoredMessage | undefined> {
    const path = join(directory, name);
    if (!NAME.test(name) || Number.parseInt(name, 10) > LAST_NUMBER || !(await isFile(path)))
      return undefined;
    const found = parse(await readFile(path, 'utf8'));
    return found && accepts(found.message.topic) ? { name, ...found } : undefined;
  }

  return {
    async load(onError) {
      await makeDirectory();
      const messages: StoredMessage[] = [];
      const unreadable: string[] = [];
      for (const name of (await readdir(directory)).sort()) {
        const path = join(directory, name);
        if (name.endsWith('.json.tmp')) await rm(path, { force: true, recursive: true }).catch(onError);
        if (!name.endsWith('.json')) continue;
        const found = await read(name).catch(() => undefined); // e.g. not permitted: set aside, and told
        if (found) {
          messages.push(found);
          last = Math.max(last, Number.parseInt(name, 10));
        } else {
          unreadable.push(name);
          await setAside(path).catch(onError);
        }
      }
      return { messages, unreadable };
    },
    async write({ topic, payload, qos }, accepted, lifetime) {
      const name = newName();
      const path = join(directory, name);
      const text = JSON.stringify({ topic, qos, accepted, lifetime, payload: payload.toString('base64') });
      try {
        await writeWhole(path, text, disk);
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw error;
        await makeDirectory(); // somebody tidied up
        await writeWhole(path, text, disk);
      }
      return name;
    },
    remove: (name) => removeFile(join(directory, name), disk),
  };
}

function parse(text: string): Omit<StoredMessage, 'name'> | undefined {
  try {
    const { topic, qos, accepted, lifetime, payload } = JSON.parse(text) as Record<string, unknown>;
    if (typeof topic !== 'string' || typeof payload !== 'string') return undefined;
    if (qos !== 0 && qos !== 1 && qos !== 2) return undefined;
    if (!isNumber(lifetime) || !isAccepted(accepted)) return undefined;
    return { message: { topic, payload: Buffer.from(payload, 'base64'), qos }, accepted, lifetime };
  } catch {
    return undefined; // torn, or not ours
  }
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

function isAccepted(value: unknown): value is Accepted {
  const { time, uptime, boot } = (value ?? {}) as Partial<Accepted>;
  return isNumber(time) && isNumber(uptime) && typeof boot === 'string';
}
