import { EztError } from '../protocol/errors';
import type { Accepted } from './age';
import type { Message } from './message';
import type { MessageFiles } from './message-files';

/** Writes messages to disk, one after the other. */
export interface Writing {
  /**
   * Writes all of `messages` or none. Resolves with their file names, or rejects with `EZT_STORE`. If they are no
   * longer `wanted` when their turn comes, nothing is written and there are no names.
   */
  add(
    messages: readonly Message[],
    accepted: Accepted,
    lifetime: number,
    wanted: () => boolean,
  ): Promise<string[]>;
  /** Starts or continues writing. */
  start(): void;
  /** Stops writing. Messages that wait or come before the next `start` are rejected with `problem`. */
  stop(problem: EztError): void;
  /** Resolves when nothing waits. */
  idle(): Promise<void>;
}

/** The messages of one call. */
interface Batch {
  messages: readonly Message[];
  accepted: Accepted;
  lifetime: number;
  wanted(): boolean;
  resolve(names: string[]): void;
  reject(error: unknown): void;
}

/** Writes after the first `start`. `onWritten` gets the name of each file, `remove` those of a batch that failed. */
export function createWriting(
  files: MessageFiles,
  onWritten: (name: string) => void,
  remove: (name: string) => void,
): Writing {
  let state: 'waiting' | 'on' | EztError = 'waiting';
  let queue: Batch[] = [];
  let running = false;
  let idle: (() => void)[] = [];

  async function run() {
    if (running) return;
    running = true;
    for (let batch = queue.shift(); batch; batch = queue.shift()) {
      if (batch.wanted()) await write(batch).then(batch.resolve, batch.reject);
      else batch.resolve([]);
      if (state !== 'on') break;
    }
    running = false;
    endIdle();
  }

  async function write({ messages, accepted, lifetime }: Batch): Promise<string[]> {
    const names: string[] = [];
    try {
      for (const message of messages) {
        const name = await files.write(message, accepted, lifetime);
        onWritten(name);
        names.push(name);
      }
      return names;
    } catch (error) {
      for (const name of names) remove(name);
      throw asStoreError(error);
    }
  }

  function endIdle() {
    if (running || queue.length > 0) return;
    for (const tell of idle) tell();
    idle = [];
  }

  return {
    add(messages, accepted, lifetime, wanted) {
      if (typeof state === 'object') return Promise.reject(state);
      return new Promise((resolve, reject) => {
        // The disk may hang for hours, so messages that have expired are dropped from memory.
        if (queue[0] && !queue[0].wanted()) {
          for (const batch of queue) if (!batch.wanted()) batch.resolve([]);
          queue = queue.filter((batch) => batch.wanted());
        }
        queue.push({ messages, accepted, lifetime, wanted, resolve, reject });
        if (state === 'on') void run();
      });
    },
    start() {
      state = 'on';
      void run();
    },
    stop(problem) {
      state = problem;
      const rejected = queue;
      queue = [];
      for (const { reject } of rejected) reject(problem);
      endIdle();
    },
    idle() {
      return new Promise((resolve) => {
        idle.push(resolve);
        endIdle();
      });
    },
  };
}

export const asStoreError = (error: unknown): EztError =>
  error instanceof EztError ? error : new EztError('diskFailed', { detail: (error as Error).message });
