import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, DISK, type Disk, isFile, removeFile, setAside, writeWhole } from '../storage/files';
import type { Accepted } from './age';
import type { Message } from './message';

/** A message as it is on disk. */
export interface StoredMessage {
  name: string;
  message: Message;
  accepted: Accepted;
  /** Milliseconds from acceptance to expiry. */
  lifetime: number;
}

/**
 * Messages on disk, one small JSON file each, named in the order of acceptance. A file is written under another name
 * and then renamed, so it is complete even if the process is killed. Files that cannot be read are renamed.
 */
export interface MessageFiles {
  /**
   * The messages that an earlier process left, oldest first, and the names of the files that could not be read.
   * `onError` gets the errors of files that could not be renamed; the others are loaded all the same.
   */
  load(onError: (error: unknown) => void): Promise<{ messages: StoredMessage[]; unreadable: string[] }>;
  /** Resolves with the file's name when the message is on disk. */
  write(message: Message, accepted: Accepted, lifetime: number): Promise<string>;
  remove(name: string): Promise<void>;
}

/** Microseconds since the epoch, with leading zeros: the order of names is that of acceptance. */
const NAME = /^0\d{16}\.json$/;
/** In the year 2255. From 2⁵³ on adding 1 has no effect, so messages would get the same name. */
const LAST_NUMBER = 9e15;

/** `accepts`: whether a topic found on disk may be sent; a broker hangs up on some. */
export function openMessageFiles(
  directory: string,
  accepts: (topic: string) => boolean,
  disk: Disk = DISK,
): MessageFiles {
  // Names ascend, also over restarts and if the clock is set back.
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
        const found = await read(name).catch(() => undefined); // e.g. no permission: reported as unreadable
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
    async write({ topic, payload, qos, latest }, accepted, lifetime) {
      const name = newName();
      const path = join(directory, name);
      const text = JSON.stringify({
        topic,
        qos,
        latest,
        accepted,
        lifetime,
        payload: payload.toString('base64'),
      });
      try {
        await writeWhole(path, text, disk);
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw error;
        await makeDirectory(); // the directory was removed
        await writeWhole(path, text, disk);
      }
      return name;
    },
    remove: (name) => removeFile(join(directory, name), disk),
  };
}

function parse(text: string): Omit<StoredMessage, 'name'> | undefined {
  try {
    const { topic, qos, latest, accepted, lifetime, payload } = JSON.parse(text) as Record<string, unknown>;
    if (typeof topic !== 'string' || typeof payload !== 'string') return undefined;
    if (qos !== 0 && qos !== 1 && qos !== 2) return undefined;
    if (!isNumber(lifetime) || !isAccepted(accepted)) return undefined;
    const bytes = Buffer.from(payload, 'base64');
    return {
      message: { topic, payload: bytes, qos, ...(latest === true && { latest }) },
      accepted,
      lifetime,
    };
  } catch {
    return undefined; // incomplete, or not ours
  }
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

function isAccepted(value: unknown): value is Accepted {
  const { time, uptime, boot } = (value ?? {}) as Partial<Accepted>;
  return isNumber(time) && isNumber(uptime) && typeof boot === 'string';
}
