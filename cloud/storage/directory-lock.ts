import { randomUUID } from 'node:crypto';
import { lstat, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processSpace } from './boot';
import { codeOf, DISK, removeFile, whenFree, writeWhole } from './files';

/** A process that uses a directory. */
export interface Holder {
  pid: number;
  host: string;
  /** See {@link processSpace}. */
  place: string;
  token: string;
}

export interface DirectoryLock {
  release(): Promise<void>;
}

/** The holder checks this often (ms) whether another process asks if it is alive. */
const LOOK = 1_000;
/** Milliseconds to wait for an answer: a flow may keep the holder busy. */
const PATIENCE = 6_000;

/** Tokens of the locks that this process holds. */
const held = new Set<string>();

/**
 * Makes this process the only one that uses `directory`, which must exist. Returns the other holder if it is in use;
 * rejects with the error of the disk. The lock of a dead process is taken over: at once when its process is known to
 * have ended, soon when it was killed before it had written whose lock it is, otherwise when it does not answer. To
 * ask is to create a file, and to answer is to remove it. So nothing is written unless another process asks, and no
 * clock is needed. `onLost` is called when another process has taken the lock, because this one did not answer.
 */
export async function lockDirectory(
  directory: string,
  onLost: (other: Holder | undefined) => void,
  {
    look = LOOK,
    patience = PATIENCE,
    signal,
  }: { look?: number; patience?: number; signal?: AbortSignal } = {},
): Promise<DirectoryLock | Holder> {
  const file = join(directory, 'lock');
  const question = join(directory, 'lock.question');
  const mine: Holder = { pid: process.pid, host: hostname(), place: processSpace, token: randomUUID() };
  const text = JSON.stringify(mine);

  if (!(await create())) {
    const other = await holderSoon();
    if (other && !isGone(other) && (await answers())) return (await holder()) ?? mine;
    await put(file);
    const winner = await holder(); // if several take it over, the last one wins
    if (winner?.token !== mine.token) return winner ?? mine;
  }
  held.add(mine.token);
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return; // the disk hangs
    looking = true;
    void answer().finally(() => {
      looking = false;
    });
  }, look);
  timer.unref();

  async function answer() {
    await rm(question, { force: true, recursive: true }).catch(() => undefined); // it will ask again
    const now = await holder().catch(() => mine);
    if (now?.token === mine.token || !held.has(mine.token)) return;
    end();
    onLost(now);
  }

  function end() {
    clearInterval(timer);
    held.delete(mine.token);
  }

  async function create(): Promise<boolean> {
    try {
      await writeFile(file, text, { mode: 0o600, flag: 'wx' });
      return true;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      return false;
    }
  }

  /** The holder in the file; `undefined` if there is none, or it cannot be read. */
  async function holder(): Promise<Holder | undefined> {
    try {
      if (!(await lstat(file)).isFile()) return undefined;
      return parse(await whenFree(() => readFile(file, 'utf8'))); // it may just be replaced
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** As `holder`. Another process may be writing it, which takes a moment; if it stays incomplete, that one was killed meanwhile. */
  async function holderSoon(): Promise<Holder | undefined> {
    const until = performance.now() + look;
    for (;;) {
      const found = await holder();
      if (found || performance.now() > until) return found;
      await delay(look / 10, undefined, signal && { signal });
    }
  }

  /** Under a name of its own until it is complete: other processes may write the same file. */
  function put(path: string): Promise<void> {
    return writeWhole(path, text, DISK, `${path}.${mine.token}`);
  }

  async function answers(): Promise<boolean> {
    await put(question);
    const until = performance.now() + patience;
    while (performance.now() < until) {
      await delay(Math.min(100, look), undefined, signal && { signal });
      try {
        await whenFree(() => lstat(question)); // it may just be removed
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return true;
        throw error;
      }
    }
    await rm(question, { force: true });
    return false;
  }

  return {
    async release() {
      if (!held.has(mine.token)) return;
      end();
      if ((await holder())?.token === mine.token) await removeFile(file);
    },
  };
}

export const isLock = (found: DirectoryLock | Holder): found is DirectoryLock => 'release' in found;

/** Whether the process has certainly ended. */
function isGone({ pid, host, place, token }: Holder): boolean {
  if (host !== hostname() || place !== processSpace) return false;
  if (pid === process.pid) return !held.has(token); // an earlier process had the same id
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}

function parse(text: string): Holder | undefined {
  try {
    const { pid, host, place, token } = JSON.parse(text) as Partial<Holder>;
    const whole = Number.isInteger(pid) && [host, place, token].every((part) => typeof part === 'string');
    return whole ? ({ pid, host, place, token } as Holder) : undefined;
  } catch {
    return undefined; // incomplete
  }
}
