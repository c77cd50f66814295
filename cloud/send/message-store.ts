import { mkdir, rmdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { EztError } from '../protocol/errors';
import { type DirectoryLock, type Holder, isLock, lockDirectory } from '../storage/directory-lock';
import type { MessageFiles, StoredMessage } from './message-files';
import { asStoreError, createWriting, type Writing } from './writing';

/** Messages on disk, of which this process is the only user. */
export interface MessageStore {
  /** Whether messages are to be written. If not, what is there from before is sent, and then the directory goes. */
  readonly keeps: boolean;
  /** Begins. `restored` gets what earlier lives left, oldest first, before anything is written. */
  open(restored: (messages: StoredMessage[]) => void): void;
  write: Writing['add'];
  /** Removes a message in its turn. */
  remove(name: string): void;
  /** Resolves when nothing is being written, or soon: a disk that does not answer is not waited for. */
  written(): Promise<void>;
  /** Ends when what is to be removed is gone, or soon. */
  close(): Promise<void>;
  /** Tells what nobody awaits. */
  onError(error: unknown): void;
}

export interface StoreOptions {
  directory: string;
  files: MessageFiles;
  keeps: boolean;
  /** Whoever used the files before has let go of them. */
  free: Promise<unknown>;
  onError(error: unknown): void;
  /** But for tests as {@link lockDirectory} has it. */
  timing?: { look: number; patience: number; retry: number };
}

/** A disk that does not answer is waited for this long (ms). */
const PATIENCE = 300;
/** A directory that cannot be used, or that another Node-RED uses, is tried again after so long (ms). */
const RETRY = 5_000;

export function openMessageStore(options: StoreOptions): MessageStore {
  const { directory, files, keeps, free, onError, timing } = options;
  const retry = timing?.retry ?? RETRY;
  const ending = new AbortController();
  let lock: DirectoryLock | undefined;
  /** Written or loaded, and not yet removed. */
  const present = new Set<string>();
  const writing = createWriting(files, (name) => present.add(name), remove);
  const doomed = new Set<string>();
  let removing: Promise<void> | undefined;
  let beginning: Promise<void> | undefined;

  async function begin(restored: (messages: StoredMessage[]) => void): Promise<void> {
    await free;
    for (let reported = ''; !ending.signal.aborted; await pause(retry)) {
      const problem = await take(restored);
      if (!problem) return;
      if (ending.signal.aborted || (!keeps && problem.reason === 'diskInUse')) return;
      writing.stop(problem);
      if (problem.message !== reported) onError(problem);
      reported = problem.message;
    }
  }

  /** Why the directory cannot be used. */
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
    doomed.add(name);
    removing ??= removeAll();
  }

  async function removeAll(): Promise<void> {
    // One at a time: a disk that hangs shall not take all of Node's few threads for files and names.
    for (const name of doomed) {
      doomed.delete(name);
      await files.remove(name).catch(onError);
      present.delete(name);
    }
    removing = undefined;
    await endIfEmpty();
  }

  /** Nobody will write here again. */
  async function endIfEmpty() {
    if (keeps || present.size > 0) return;
    await lock?.release();
    lock = undefined;
    await rmdir(directory).catch(() => undefined); // what is set aside stays
  }

  return {
    keeps,
    open(restored) {
      beginning = begin(restored);
    },
    write: writing.add,
    remove,
    written: () => within(PATIENCE, writing.idle()),
    async close() {
      ending.abort();
      writing.stop(new EztError('closed'));
      const ended = Promise.all([beginning, removing]);
      await within(PATIENCE, ended.then(() => lock?.release()).catch(onError));
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
