import { mkdir, rmdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { EztError } from '../protocol/errors';
import { type DirectoryLock, type Holder, isLock, lockDirectory } from '../storage/directory-lock';
import type { MessageFiles, StoredMessage } from './message-files';
import { asStoreError, createWriting, type Writing } from './writing';

/** Messages on disk, in a directory that only this process uses. */
export interface MessageStore {
  /** Whether messages are written. If not, only those of an earlier process are sent; then the directory is removed. */
  readonly keeps: boolean;
  /**
   * Starts. `restored` gets the messages that an earlier process left, oldest first, before any is written. Resolves when
   * it has got them, or the directory cannot be used for now.
   */
  open(restored: (messages: StoredMessage[]) => void): Promise<void>;
  write: Writing['add'];
  /** Removes a message, after those that are being removed. */
  remove(name: string): void;
  /** Resolves when nothing is being written, or after a short time if the disk does not answer. */
  written(): Promise<void>;
  /** Resolves when the messages to remove are removed, or after a short time if the disk does not answer. */
  close(): Promise<void>;
  /** Reports errors that no caller waits for. */
  onError(error: unknown): void;
}

export interface StoreOptions {
  directory: string;
  files: MessageFiles;
  keeps: boolean;
  /** Resolves when the previous user of the files has finished. */
  free: Promise<unknown>;
  onError(error: unknown): void;
  /** For tests; see {@link lockDirectory}. */
  timing?: { look: number; patience: number; retry: number };
}

/** Milliseconds to wait for a disk that does not answer. */
const PATIENCE = 300;
/** Milliseconds until a directory that cannot be used, or that another Node-RED uses, is tried again. */
const RETRY = 5_000;

/** By directory: stores of this process that are closed and, since the disk is slow, not yet done with it. */
const endings = new Map<string, Promise<unknown>>();

export function openMessageStore(options: StoreOptions): MessageStore {
  const { directory, files, keeps, free, onError, timing } = options;
  const retry = timing?.retry ?? RETRY;
  const ending = new AbortController();
  let lock: DirectoryLock | undefined;
  /** Files that were written or loaded, and not yet removed. */
  const present = new Set<string>();
  const writing = createWriting(files, (name) => present.add(name), remove);
  const toRemove = new Set<string>();
  let removing: Promise<void> | undefined;
  let beginning: Promise<void> | undefined;

  async function begin(restored: (messages: StoredMessage[]) => void, tried?: () => void): Promise<void> {
    await free;
    await endings.get(directory); // otherwise it would be in use, by this very process
    for (let reported = ''; !ending.signal.aborted; await pause(retry)) {
      const problem = await take(restored);
      tried?.();
      if (!problem) return;
      if (ending.signal.aborted || (!keeps && problem.reason === 'diskInUse')) return;
      writing.stop(problem);
      if (problem.message !== reported) onError(problem);
      reported = problem.message;
    }
  }

  /** Starts to use the directory. Resolves with the error if it cannot be used. */
  async function take(restored: (messages: StoredMessage[]) => void): Promise<EztError | undefined> {
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const { signal } = ending;
      const taken = await lockDirectory(directory, (other) => lost(other, restored), { ...timing, signal });
      if (!isLock(taken)) return inUse(directory, taken);
      lock = taken;
      const { messages, unreadable } = await files.load(onError);
      if (signal.aborted) return undefined;
      for (const name of unreadable) onError(new EztError('diskUnreadable', { file: `${name}.unreadable` }));
      const left = messages.filter(({ name }) => !present.has(name));
      for (const { name } of left) present.add(name);
      restored(left);
      writing.start();
      await endIfEmpty();
      return undefined;
    } catch (error) {
      return asStoreError(error);
    }
  }

  function lost(other: Holder | undefined, restored: (messages: StoredMessage[]) => void) {
    lock = undefined;
    const problem = inUse(directory, other);
    writing.stop(problem);
    onError(problem);
    beginning = pause(retry).then(() => begin(restored));
  }

  const pause = (ms: number) =>
    delay(ms, undefined, { signal: ending.signal, ref: false }).catch(() => undefined);

  function remove(name: string) {
    toRemove.add(name);
    removing ??= removeAll();
  }

  async function removeAll(): Promise<void> {
    // One at a time: on a disk that hangs, each removal blocks one of Node's few threads for files and DNS.
    for (const name of toRemove) {
      toRemove.delete(name);
      await files.remove(name).catch(onError);
      present.delete(name);
    }
    removing = undefined;
    await endIfEmpty();
  }

  /** Removes the directory if it will not be written to again. */
  async function endIfEmpty() {
    if (keeps || present.size > 0) return;
    await lock?.release();
    lock = undefined;
    await rmdir(directory).catch(() => undefined); // not empty: unreadable files stay
  }

  return {
    keeps,
    open: (restored) =>
      new Promise((resolve) => {
        beginning = begin(restored, resolve);
      }),
    write: writing.add,
    remove,
    written: () => within(PATIENCE, writing.idle()),
    async close() {
      ending.abort();
      writing.stop(new EztError('closed'));
      const ended = Promise.all([beginning, removing])
        .then(() => lock?.release())
        .catch(onError)
        .finally(() => endings.get(directory) === ended && endings.delete(directory));
      endings.set(directory, ended);
      await within(PATIENCE, ended);
    },
    onError,
  };
}

const inUse = (directory: string, other: Holder | undefined) =>
  new EztError('diskInUse', { directory, pid: other?.pid ?? '?', host: other?.host ?? '?' });

/** Resolves with `promise`, or after `timeout` ms. */
async function within(timeout: number, promise: Promise<unknown>): Promise<void> {
  const late = new AbortController();
  const timer = delay(timeout, undefined, { signal: late.signal }).catch(() => undefined); // aborted below
  await Promise.race([promise, timer]);
  late.abort();
}
