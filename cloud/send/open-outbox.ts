import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openMessageFiles } from './message-files';
import { openMessageStore } from './message-store';
import { createOutbox, type Outbox, type OutboxOptions } from './outbox';

/** Where what must survive a restart is kept. */
export interface DiskOptions {
  directory: string;
  /**
   * Whether messages are kept there until they are settled. If not, what is there from before is sent all the same.
   * A persistent session's filters always are kept.
   */
  queue: boolean;
  /** Whoever used the directory before has let go of it. */
  free: Promise<unknown>;
}

/** `accepts`: whether a topic found on disk is one that may be sent. */
export interface OpenOutboxOptions {
  disk: DiskOptions | undefined;
  accepts(topic: string): boolean;
  onError(error: unknown): void;
}

/** An outbox with a store on disk, if there is to be one, or was. */
export function openOutbox(queue: OutboxOptions, { disk, accepts, onError }: OpenOutboxOptions): Outbox {
  const directory = disk && join(disk.directory, 'queue');
  if (!directory || !(disk.queue || existsSync(directory))) return createOutbox(queue);
  const files = openMessageFiles(directory, accepts);
  return createOutbox(
    queue,
    openMessageStore({ directory, files, keeps: disk.queue, free: disk.free, onError }),
  );
}
