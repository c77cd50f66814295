import { createHash, randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EztError } from '../protocol/errors';
import { codeOf, DISK, type Disk, isFile, removeFile, setAside, writeWhole } from '../storage/files';
import type { LearningMemory } from './device-memory';
import { Abandoned, inParts, removeLeftovers } from './memory-file';
import { startLoading } from './memory-loading';
import { linesOf } from './snapshot';

export interface MemoryStoreOptions {
  directory: string;
  /** Whether the memory is kept; if not, what an earlier process kept is removed. */
  keeps: boolean;
  projectKey: string;
  /** Resolves when the previous user of the directory has finished. */
  free: Promise<unknown>;
  /** Gets each kind of error (`EZT_STORE`) once, until what failed has worked again. */
  onError(error: unknown): void;
  disk?: Disk;
  /** For tests; milliseconds. */
  timing?: Partial<typeof TIMING>;
}

/** Keeps a device memory on disk. */
export interface MemoryStore {
  /** Writes what has changed. Resolves when it is written or cannot be, after `timeout` ms at most. */
  close(timeout: number): Promise<void>;
}

/** Milliseconds: between looks whether something has changed; for which the disk may not answer while loading. */
const TIMING = { pause: 5_000, patience: 5_000 };
/** So much longer than it takes to write is the pause after it. */
const SHARE = 20;
/** Bytes that are written in a millisecond on average, at most: memory cards wear out. */
const BYTES_PER_MS = 1_000;

/**
 * Loads what an earlier process knew into `memory` ({@link LearningMemory.loaded}), and from then on writes all of it
 * every few seconds when something has changed: aside, then renamed. What cannot be read is set aside.
 */
export function openMemoryStore(memory: LearningMemory, options: MemoryStoreOptions): MemoryStore {
  const { directory, keeps, projectKey, free, onError, disk = DISK } = options;
  const { pause, patience } = { ...TIMING, ...options.timing };
  const path = join(directory, 'memory.jsonl');
  /** Another process may by mistake use the same directory. */
  const aside = `${path}.${randomUUID()}.tmp`;
  const project = createHash('sha256').update(projectKey).digest('hex').slice(0, 16);
  const reported = new Set<string>();
  /** {@link LearningMemory.changes} that are on disk; `undefined` while the file must not be replaced. */
  let written: number | undefined;
  let writing: Promise<unknown> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopLoading: (() => void) | undefined;
  let closed = false;
  /** Nobody waits any more. The directory may have another user, or have been removed: a slow disk must not bring it back. */
  let ended = false;

  function report(error: EztError) {
    if (!ended && !reported.has(error.reason)) onError(error);
    reported.add(error.reason);
  }
  const failed = (error: unknown) => report(new EztError('memoryFailed', { detail: asText(error) }));

  async function load() {
    await free;
    if (closed) return;
    const loading = startLoading(memory, path, project, patience, disk);
    stopLoading = loading.stop;
    const result = await loading.ended;
    if (result === 'stopped') return;
    if (result === 'hangs') return report(new EztError('memoryHangs', { directory }));
    if (result === 'unreadable') {
      const named = () => report(new EztError('diskUnreadable', { file: `${path}.unreadable` }));
      await Promise.race([setAside(path).then(named, failed), delay(patience, undefined, { ref: false })]);
    }
    written = memory.changes;
    if (!closed) wait(pause);
  }

  function wait(ms: number) {
    timer = setTimeout(() => {
      if (memory.changes === written) return wait(pause);
      writing = write(() => closed).then((next) => {
        if (!closed) wait(next);
      });
    }, ms);
    timer.unref();
  }

  /** Resolves with the pause that follows. Ends when `abandoned` says that what is being written is not needed any more. */
  async function write(abandoned: () => boolean): Promise<number> {
    const began = performance.now();
    const { changes } = memory;
    let size = 0;
    function* parts() {
      for (const part of inParts(linesOf(memory, project), abandoned)) {
        size += part.length;
        yield part;
      }
    }
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      if (abandoned()) throw new Abandoned();
      await writeWhole(path, parts(), disk, aside, true);
      written = changes;
      reported.delete('memoryFailed');
    } catch (error) {
      if (!(error instanceof Abandoned)) failed(error);
    }
    return Math.max(pause, SHARE * (performance.now() - began), size / BYTES_PER_MS);
  }

  async function remove() {
    await free;
    try {
      await removeLeftovers(path);
      if (await isFile(path)) await removeFile(path, disk);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') failed(error);
    }
  }

  async function writeLast() {
    await memory.loaded;
    await writing;
    if (!ended && written !== undefined && memory.changes !== written) await write(() => ended);
  }

  const removed = keeps ? undefined : remove();
  if (keeps) memory.loaded = load();

  return {
    async close(timeout) {
      closed = true;
      clearTimeout(timer);
      stopLoading?.();
      await Promise.race([removed ?? writeLast(), delay(timeout, undefined, { ref: false })]);
      ended = true;
    },
  };
}

const asText = (error: unknown): string => (error instanceof Error ? error.message : String(error));
