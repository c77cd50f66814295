import { codeOf, type Disk } from '../storage/files';
import type { LearningMemory } from './device-memory';
import { readLines, removeLeftovers } from './memory-file';
import { createSnapshotReader, OtherProject } from './snapshot-reader';

/** `loaded`: or there is nothing to load; `unreadable`: the memory is as if there was nothing. */
export type Loading = 'loaded' | 'unreadable' | 'hangs' | 'stopped';

class Hangs extends Error {}
class Stopped extends Error {}

/**
 * Loads the snapshot at `path` into `memory`, unless it is of another project. Never rejects. `patience`: milliseconds for
 * which the disk may not answer. `stop` ends it.
 */
export function startLoading(
  memory: LearningMemory,
  path: string,
  project: string,
  patience: number,
  disk: Disk,
) {
  let stop: (() => void) | undefined;
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(new Stopped());
  });
  stopped.catch(() => undefined); // it may come when nobody waits any more

  async function step<T>(what: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const hangs = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Hangs()), patience);
    });
    try {
      return await Promise.race([what, hangs, stopped]);
    } finally {
      clearTimeout(timer);
    }
  }

  async function load(): Promise<Loading> {
    try {
      await step(removeLeftovers(path));
      const reader = createSnapshotReader(memory, project);
      await readLines(path, reader.line, step, disk);
      reader.end();
      return 'loaded';
    } catch (error) {
      if (error instanceof OtherProject || codeOf(error) === 'ENOENT') return 'loaded';
      memory.clear();
      if (error instanceof Hangs) return 'hangs';
      return error instanceof Stopped ? 'stopped' : 'unreadable';
    }
  }

  return { ended: load(), stop: () => stop?.() };
}
