import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, isPlainObject, setAside, writeWhole } from '../../cloud';
import type { Ports } from '../../emulator/child-messages';

/** What Node-RED remembers of its emulator, so that flows that use it connect again after a restart. */
export interface Remembered {
  /** Whether it is to run: it has been started, and not stopped. */
  readonly wanted: boolean;
  readonly ports?: Ports;
  /** SHA-256 of each project secret that a dialog has made for it, in hexadecimal, the newest last. */
  readonly secrets: readonly string[];
}

/** A secret for each click on *Use the emulator*. */
const MAX_SECRETS = 1000;
const NOTHING: Remembered = { wanted: false, secrets: [] };

/** A secret is random, so its hash need not be slow. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** A file in `directory`, the user's alone. */
export interface EmulatorStore {
  /** `onUnreadable` is called when the file is not ours, or half a file; it is set aside. Rejects as `readFile` does. */
  load(onUnreadable: (file: string) => void): Promise<Remembered>;
  /** What `load` would give, at once, where the file is ours. */
  peek(): Remembered | undefined;
  /** Rejects as `writeFile` does. */
  save(remembered: Remembered): Promise<void>;
}

export function openEmulatorStore(directory: string): EmulatorStore {
  const file = join(directory, 'emulator.json');
  let saving: Promise<unknown> = Promise.resolve();
  async function write({ secrets, ...rest }: Remembered): Promise<void> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const kept = { version: 1, ...rest, secrets: secrets.slice(-MAX_SECRETS) };
    await writeWhole(file, `${JSON.stringify(kept)}\n`);
  }
  return {
    async load(onUnreadable) {
      let text: string;
      try {
        text = await readFile(file, 'utf8');
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return NOTHING;
        throw error;
      }
      const remembered = read(text);
      if (remembered) return remembered;
      await setAside(file);
      onUnreadable(file);
      return NOTHING;
    },
    peek() {
      try {
        return read(readFileSync(file, 'utf8'));
      } catch {
        return undefined; // `load` tells
      }
    },
    save(remembered) {
      const saved = saving.then(() => write(remembered));
      saving = saved.catch(() => undefined); // whoever saves gets the error
      return saved;
    },
  };
}

function read(text: string): Remembered | undefined {
  let kept: unknown;
  try {
    kept = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isPlainObject(kept) || kept.version !== 1 || typeof kept.wanted !== 'boolean') return undefined;
  const { wanted, ports, secrets } = kept;
  if (!Array.isArray(secrets) || secrets.length > MAX_SECRETS || !secrets.every(isHash)) return undefined;
  if (ports === undefined) return { wanted, secrets };
  if (!isPlainObject(ports) || !isPort(ports.port) || !isPort(ports.wssPort)) return undefined;
  return { wanted, secrets, ports: { port: ports.port, wssPort: ports.wssPort } };
}

const isHash = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
const isPort = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535;
